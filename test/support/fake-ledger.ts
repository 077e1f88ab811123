import type { AccountAdmin } from "../../src/accounts/ledger-admin.ts";
import type { AccountBilling } from "../../src/accounts/billing-port.ts";
import type { AccountLedger } from "../../src/accounts/ledger-port.ts";
import { billingVerbs } from "../../src/accounts/ledger/billing-verbs.ts";
import { callerVerbs } from "../../src/accounts/ledger/caller-verbs.ts";
import { operatorVerbs } from "../../src/accounts/ledger/operator-verbs.ts";
import type { LedgerOptions } from "../../src/accounts/ledger/transaction.ts";
import { createMemoryTables } from "./memory-tables.ts";

/** Makes each verb asynchronous, as it is behind a network. */
type Remote<Verbs> = {
  readonly [Name in keyof Verbs]: Verbs[Name] extends (...request: infer Request) => infer Reply
    ? (...request: Request) => Promise<Reply>
    : never;
};

/** The ledger of one account in memory, by the real rules. What does not pass structured cloning would not pass here either. */
export function createFakeLedger(options: Partial<LedgerOptions> = {}): AccountLedger & AccountAdmin & AccountBilling {
  const tables = options.tables ?? createMemoryTables();
  const all = { now: Date.now, countRequest: () => undefined, ...options, tables };
  return remote({ ...callerVerbs(all), ...operatorVerbs(all), ...billingVerbs(all) });
}

function remote<Verbs extends object>(verbs: Verbs): Remote<Verbs> {
  const called = Object.entries(verbs).map(([name, verb]) => [
    name,
    async (...request: readonly unknown[]) => structuredClone(verb(...structuredClone(request))),
  ]);
  return Object.fromEntries(called);
}
