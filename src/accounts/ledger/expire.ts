import { MAX_HOLD_MS, MAX_PURGED } from "./limits.ts";
import type { Change } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";

/**
 * Ends the holds whose deadline has passed. This comes before every decision, so that a hold which a decision took for expired cannot stand again after
 * the clock has jumped back. A deadline that no hold made now could have is brought nearer.
 */
export function expireHolds(read: Pick<LedgerReads, "dueHolds">, nowMs: number): readonly Change[] {
  const latestMs = nowMs + MAX_HOLD_MS;
  return read
    .dueHolds(nowMs, latestMs)
    .map((row): Change =>
      row.deadlineMs <= nowMs
        ? { type: "drop", table: "holds", id: row.id }
        : { type: "put", table: "holds", row: { ...row, deadlineMs: latestMs } },
    );
}

/** Removes idempotency keys that have ended, on which nothing depends: they count as ended as soon as their time has passed. */
export function purge(nowMs: number): Change {
  return { type: "purge", endedMs: nowMs, atMost: MAX_PURGED };
}
