import type { Kept } from "../contract/payer.ts";
import { REPEAT_SECONDS } from "../contract/pricing.ts";
import type { Purchase, Purchases } from "./purchases.ts";

/**
 * Returns where the new generation of one of the purchases is kept for a repeat with the same Idempotency-Key, which is free: otherwise each repeat would let the model
 * work for nothing. Without the key nobody can ask for the same again, and what is no copy is in the cache.
 */
export function keptAs(
  rows: Purchases,
  purchases: readonly Purchase[],
  asked: { readonly generationKey: string; readonly idempotencyKey: string | undefined },
): Kept | undefined {
  const purchase = purchases.find(({ generationKey }) => generationKey === asked.generationKey);
  if (asked.idempotencyKey === undefined || purchase?.copy === undefined) return undefined;
  const { id } = purchase.charge;
  return { name: id, isRepeat: rows.get(id)?.state === "free", seconds: REPEAT_SECONDS };
}
