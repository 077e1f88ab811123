import { billingVerbs } from "../src/accounts/ledger/billing-verbs.ts";
import { callerVerbs } from "../src/accounts/ledger/caller-verbs.ts";
import { createGather } from "../src/accounts/ledger/gather.ts";
import { IDEMPOTENCY_MS } from "../src/accounts/ledger/limits.ts";
import { operatorVerbs } from "../src/accounts/ledger/operator-verbs.ts";
import { createRateCounter } from "../src/accounts/ledger/rate-counter.ts";
import { rememberTables } from "../src/accounts/ledger/remembered-tables.ts";
import { tend } from "../src/accounts/ledger/tend.ts";
import { createSqlTables } from "./ledger-sql/sql-tables.ts";
import { createOutbox } from "./outbox.ts";

const now = (): number => Date.now();

/** Returns the rules of an account over its storage, for its object. Loaded by the first one of an isolate. */
export function createAccountRules(storage: DurableObjectStorage) {
  const tables = rememberTables(createSqlTables(storage, now));
  const options = { tables, now, countRequest: createRateCounter() };
  return {
    caller: callerVerbs(options),
    operator: operatorVerbs(options),
    billing: billingVerbs(options),
    outbox: createOutbox(tables),
    tend: (nowMs: number, purgeMs: number) => tend(tables, nowMs, purgeMs),
    gather: createGather({ now, inProgress: () => tables.rememberedHolds(), soon: (run) => void setTimeout(run, 0) }),
    /** When the first hold ends; undefined without one, or without an account. */
    nextDeadline: () => tables.account() && tables.read.nextDeadline(),
    /** When an account that holds something is to be looked after. */
    wakeAfterHold: () => tables.read.nextDeadline() ?? now() + IDEMPOTENCY_MS,
  };
}
export type AccountRules = ReturnType<typeof createAccountRules>;
