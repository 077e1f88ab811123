import { env } from "cloudflare:workers";
import type { AccountDirectory } from "../src/accounts/directory-port.ts";
import { createAsk, createReliableAccount } from "../src/charging/reliable-ledger.ts";
import type { Guard } from "../src/charging/guard.ts";
import type { AccountsOptions } from "../src/http/account-route.ts";
import { accountStub, waiting } from "./ledger.ts";
import { randomBytes } from "./random.ts";

/** The name of the one object that lists all accounts. */
const DIRECTORY = "accounts";

/** The list of all accounts. */
export function directory(): AccountDirectory {
  const { ACCOUNTS_DIRECTORY: objects } = env;
  const ask = createAsk<AccountDirectory>({ ...waiting, connect: () => objects.get(objects.idFromName(DIRECTORY)) });
  return { put: (row) => ask((list) => list.put(row)), list: (query) => ask((list) => list.list(query)) };
}

/** What the operations of accounts need, in a deployment whose variables turn them on. */
export function administration(adminKey: string, guard: Guard): AccountsOptions {
  return {
    ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
    directory: directory(),
    adminKey,
    guard,
    random: randomBytes,
    now: Date.now,
  };
}
