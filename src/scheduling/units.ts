import type { Claim } from "./fair-queue.ts";

/** Returns the units of all claims together. */
export function unitsOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { units }) => sum + units, 0);
}

/** Returns how much of `max` a single caller may have: half, so that nobody takes all. */
export function maxOwnShare(max: number): number {
  return Math.max(1, Math.floor(max / 2));
}

/** Limits of one resource. */
export interface Limit {
  /** What all may have together. */
  readonly all: number;
  /** What a single caller may have; who has nothing yet is not limited by it. */
  readonly own: number;
}

/** Amounts of one resource. */
export interface Share {
  /** What is asked for. */
  readonly next: number;
  /** What all others have. */
  readonly all: number;
  /** What the same caller has of that. */
  readonly own: number;
}

/** Whether an amount does not fit beside the others. */
export function exceedsShare({ next, all, own }: Share, limit: Limit): boolean {
  return all + next > limit.all || (own > 0 && own + next > limit.own);
}

/** Whether a claim does not fit beside those that are admitted, by the units of all and of its caller. */
export function exceedsUnits(next: Claim, admitted: readonly Claim[], maxUnits: number): boolean {
  const own = unitsOf(admitted.filter(({ caller }) => caller === next.caller));
  return exceedsShare({ next: next.units, all: unitsOf(admitted), own }, { all: maxUnits, own: maxOwnShare(maxUnits) });
}
