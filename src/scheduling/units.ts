import type { Claim } from "./fair-queue.ts";

/** Returns the units of all claims together. */
export function unitsOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { units }) => sum + units, 0);
}

/** Returns how many of `maxUnits` a single caller may have: half, so that nobody takes all. */
export function maxOwnUnits(maxUnits: number): number {
  return Math.max(1, Math.floor(maxUnits / 2));
}

/** Whether a claim does not fit beside those that are admitted, by the units of all and of its caller; a caller without any is not limited to half. */
export function exceedsUnits(next: Claim, admitted: readonly Claim[], maxUnits: number): boolean {
  const own = admitted.filter(({ caller }) => caller === next.caller);
  if (unitsOf(admitted) + next.units > maxUnits) return true;
  return own.length > 0 && unitsOf(own) + next.units > maxOwnUnits(maxUnits);
}
