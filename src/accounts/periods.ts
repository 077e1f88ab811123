/** Returns the UTC day of a moment, as in `2026-11-30`. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** Returns the UTC month of a moment, as in `2026-11`. The days of a month begin with it. */
export function monthOf(nowMs: number): string {
  return dayOf(nowMs).slice(0, 7);
}

/** Returns when the UTC day of a moment ends and the next begins, in milliseconds since 1970: when a cap of a day is fresh again. */
export function dayEndMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
}

/** Returns when the UTC month of a moment ends and the next begins, in milliseconds since 1970. */
export function monthEndMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}
