import type { Claim } from "./fair-queue.ts";

/** Returns the units of all claims together. */
export function unitsOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { units }) => sum + units, 0);
}

/** Returns how much of `max` a single caller may have when nobody else has any. */
export function maxOwnShare(max: number): number {
  return Math.max(1, Math.floor(max / 2));
}

/** Share of a limit that is kept for callers who have nothing and ask for little. */
const RESERVE = 1 / 8;

/** What such a caller may ask for, as a share of the limit: one small request. */
const LITTLE = 1 / 128;

/** Amounts of one resource. */
export interface Share {
  /** What is asked for. */
  readonly next: number;
  /** What all others have. */
  readonly all: number;
  /** What the same caller has of that. */
  readonly own: number;
}

/** Whether there is no room for an amount beside all others. Whoever is alone may have everything. */
export function exceedsTotal({ next, all }: Share, max: number): boolean {
  return all > 0 && all + next > max;
}

/** Whether there is no room for an amount beside all others. Whoever is alone may have everything, and a part is kept for who has nothing and asks for little. */
export function exceedsAll(share: Share, max: number): boolean {
  const isLittle = share.own === 0 && share.next <= max * LITTLE;
  return exceedsTotal(share, isLittle ? max : max * (1 - RESERVE));
}

/**
 * Whether there is no room for an amount, or its caller would have too much. A caller may have as much as is free then: one caller half, two a third
 * each, so that there is always room for another (dynamic thresholds, Choudhury and Hahne 1998).
 */
export function exceedsShare(share: Share, max: number): boolean {
  const { next, all, own } = share;
  return exceedsAll(share, max) || (own > 0 && own + next > max - all);
}

/** Whether a claim does not fit beside those that are admitted, by the units of all and of its caller. */
export function exceedsUnits(next: Claim, admitted: readonly Claim[], maxUnits: number): boolean {
  const own = unitsOf(admitted.filter(({ caller }) => caller === next.caller));
  return exceedsShare({ next: next.units, all: unitsOf(admitted), own }, maxUnits);
}
