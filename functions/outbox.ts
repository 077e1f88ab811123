import { env } from "cloudflare:workers";
import type { BalanceCause } from "../src/accounts/ledger/billing.ts";
import { nextDelivery, sendDue, watch } from "../src/accounts/ledger/outbox-round.ts";
import type { LedgerTables } from "../src/accounts/ledger/tables.ts";
import { deliveries, type Delivering } from "./payments.ts";
import { Variables } from "./variables.ts";

/** How long rows are gathered before they are sent, in milliseconds: each setting of the alarm is a row that is billed. */
const GATHER_MS = 5000;

/**
 * How far ahead the alarm is set while rows are sent, in milliseconds: if the process ends meanwhile, it rings then. The runtime rings no alarm of an object while one is being
 * answered, so a round may last longer.
 */
const ROUND_GUARD_MS = 5000;

/** Secrets that a deployment may leave out. */
interface OptionalSecrets {
  readonly STRIPE_SECRET_KEY?: string;
}

/** What an account tells others. */
export interface Outbox {
  /** Looks at the balance after entries were written, and returns when the alarm is to ring. Called without a wait after the entries, so that all is stored together. */
  follow(cause: BalanceCause): number | undefined;
  /** When the alarm is to ring although the next round may not end; undefined if nothing is due. */
  guardMs(): number | undefined;
  /** Sends what is due, and returns when the alarm is to ring again. Never rejects. */
  round(): Promise<number | undefined>;
}

/** The outbox of an account; undefined where nobody is told anything. */
export function createOutbox(tables: LedgerTables): Outbox | undefined {
  const { STRIPE_SECRET_KEY: secretKey }: Env & OptionalSecrets = env;
  if (secretKey === undefined || secretKey === "") return undefined;
  const { data } = Variables.safeParse(env);
  const how = data && deliveries(data);
  return how && outboxOf(tables, how);
}

/** Logs what was thrown, and returns when it is tried again: nothing here keeps an entry from being told, nor an alarm from being followed by another. */
function triedAgain(thrown: unknown): number {
  console.error("An outbox could not be sent, and is tried again:", thrown);
  return Date.now() + ROUND_GUARD_MS;
}

/** Runs work that says when the alarm is to ring. */
function unthrown<Result>(work: () => Result): Result | number {
  try {
    return work();
  } catch (thrown) {
    return triedAgain(thrown);
  }
}

function outboxOf(tables: LedgerTables, { money, deliver }: Delivering): Outbox {
  const options = { tables, money, deliver, now: () => Date.now(), random: Math.random };
  const nextMs = () => nextDelivery(tables, money);
  return {
    follow: (cause) =>
      unthrown(() => {
        tables.transaction(() => watch(tables, Date.now(), cause));
        const dueMs = nextMs();
        return dueMs && Math.max(dueMs, Date.now() + GATHER_MS);
      }),
    guardMs: () =>
      unthrown(() => {
        const dueMs = nextMs();
        return dueMs === undefined || dueMs > Date.now() ? dueMs : Date.now() + ROUND_GUARD_MS;
      }),
    round: async () => {
      try {
        return await sendDue(options);
      } catch (thrown) {
        return triedAgain(thrown);
      }
    },
  };
}
