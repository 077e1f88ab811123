import { env } from "cloudflare:workers";
import type { AccountAdmin } from "../src/accounts/ledger-admin.ts";
import type { AccountLedger } from "../src/accounts/ledger-port.ts";
import { MAX_AMOUNT } from "../src/contract/micro-usd.ts";
import { drive } from "./edge/drive.ts";

// wrangler refuses to build a Worker without the classes that wrangler.toml binds.
export { Account, AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";

const HASH = "0".repeat(64);
const charge = { amount: 1500, task: "caption" } as const;
const terms = { priceRevision: "bench" } as const;

/** Opens an account with money and a key, as it is after some requests: with entries and a row of usage. */
async function openAccount(account: AccountAdmin, id: string): Promise<void> {
  await account.create({ id, name: "bench", mode: "prepaid", money: "test", creditLimit: 0, capMonth: null });
  await account.credit({ kind: "grant", ref: "bench", amount: MAX_AMOUNT });
  await account.createKey({
    id: "bench1",
    hash: HASH,
    last4: "0000",
    name: "bench",
    terms: { scopes: ["infer"] },
    expiresMs: null,
  });
}

/** Holds and settles one charge, as a question that nobody has asked before. */
async function pay(account: AccountLedger, id: string): Promise<void> {
  const charges = [{ ...charge, id }];
  const held = await account.hold({ ...terms, keyHash: HASH, scope: "infer", requestId: id, holdMs: 150_000, charges });
  if (held.type !== "held") throw new Error(held.code);
  const settled = await account.settle({ ...terms, keyId: held.keyId, requestId: id, charges, releases: [] });
  if (settled.type !== "settled" || settled.charged !== charge.amount) throw new Error("It was not charged.");
}

/** Pays from inside of the Worker: what an account takes, without HTTP and without work in between. */
export default {
  fetch: async (request) => {
    if (new URL(request.url).pathname === "/") return new Response("ready");
    const run = crypto.randomUUID();
    const account: AccountLedger & AccountAdmin = env.ACCOUNTS_LEDGER.get(env.ACCOUNTS_LEDGER.idFromName("bench"));
    await openAccount(account, "bench");
    return drive(request, (number) => pay(account, `${run} ${number}`));
  },
} satisfies ExportedHandler<Env>;
