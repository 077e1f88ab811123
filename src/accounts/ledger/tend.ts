import { expireHolds, purge } from "./expire.ts";
import { IDEMPOTENCY_MS, PURGE_INTERVAL_MS, PURGE_PAUSE_MS } from "./limits.ts";
import type { LedgerTables } from "./tables.ts";

/** When an account is to be looked after. */
export interface Tended {
  /** When idempotency keys that have ended are to be removed; what was known of it is lost with the process, and then it is now. */
  readonly purgeMs: number;
  /** When the alarm is to ring; undefined if there is nothing to wait for. */
  readonly alarmMs: number | undefined;
}

/**
 * Does what the time asks for, in one transaction: expires holds and, now and then, removes the idempotency keys that have ended. Called by the account's alarm.
 * A purge comes at most once an hour, unless there are more than one may remove; until then, those that have ended are only in the way.
 */
export function tend(tables: LedgerTables, nowMs: number, purgeMs: number): Tended {
  return tables.transaction(() => {
    if (tables.account() === undefined) return { purgeMs, alarmMs: undefined };
    const { read } = tables;
    tables.apply(expireHolds(read, nowMs));
    // A purge further away than any of them lasts was planned before the clock jumped back.
    const isDue = purgeMs <= nowMs || purgeMs > nowMs + IDEMPOTENCY_MS;
    if (isDue) tables.apply([purge(nowMs)]);
    const nextMs = isDue ? nextPurge(read.nextIdempotencyEnd() ?? nowMs + IDEMPOTENCY_MS, nowMs) : purgeMs;
    const alarmMs = Math.min(read.nextDeadline() ?? Infinity, read.hasIdempotency() ? nextMs : Infinity);
    return { purgeMs: nextMs, alarmMs: alarmMs === Infinity ? undefined : alarmMs };
  });
}

function nextPurge(endMs: number, nowMs: number): number {
  // One has ended and is still there: there were more than one purge removes.
  if (endMs <= nowMs) return nowMs + PURGE_PAUSE_MS;
  return Math.min(Math.max(endMs, nowMs + PURGE_INTERVAL_MS), nowMs + IDEMPOTENCY_MS);
}
