import type { Kept } from "../contract/payer.ts";
import { REPEAT_SECONDS } from "../contract/pricing.ts";
import type { Purchase, Purchases } from "./purchases.ts";

/**
 * Returns where the new generation of a purchase is kept for a repeat with the same Idempotency-Key, which is free: otherwise each repeat would let the model
 * work for nothing. Without the key nobody can ask for the same again, and what is no copy is in the cache.
 */
export function keptAs(
  rows: Purchases,
  { charge, copy }: Purchase,
  idempotencyKey: string | undefined,
): Kept | undefined {
  if (idempotencyKey === undefined || copy === undefined) return undefined;
  return { name: charge.id, isRepeat: rows.get(charge.id)?.state === "free", seconds: REPEAT_SECONDS };
}
