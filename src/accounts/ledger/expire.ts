import { IDEMPOTENCY_MS, MAX_HOLD_MS, PAID_MS } from "./limits.ts";
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

/**
 * Removes paid ids and idempotency keys that have ended, which nothing else depends on: they count as ended as soon as their time has passed. After a
 * jump of the clock back, they last no longer than a new one.
 */
export function purge(read: Pick<LedgerReads, "duePaid" | "dueIdempotency">, nowMs: number): readonly Change[] {
  const paidUntilMs = nowMs + PAID_MS;
  const knownUntilMs = nowMs + IDEMPOTENCY_MS;
  return [
    ...read
      .duePaid(nowMs, paidUntilMs)
      .map((row): Change =>
        row.untilMs <= nowMs
          ? { type: "drop", table: "paid", id: row.id }
          : { type: "put", table: "paid", row: { ...row, untilMs: paidUntilMs } },
      ),
    ...read
      .dueIdempotency(nowMs, knownUntilMs)
      .map((row): Change =>
        row.untilMs <= nowMs
          ? { type: "drop", table: "idempotency", id: row.id }
          : { type: "put", table: "idempotency", row: { ...row, untilMs: knownUntilMs } },
      ),
  ];
}
