import { sha256 } from "../bytes/sha256.ts";
import type { Entry } from "../cache/entry.ts";
import type { TieredCache } from "../cache/tiered-cache.ts";
import type { Kept, Reserved } from "../contract/payer.ts";
import type { Generation } from "../inference/backend.ts";
import type { PromptLookup } from "./generate-misses.ts";

type Tiers = TieredCache<Generation>;

/** A key that no question has by itself: with the model's revision and the owner in it, as the generation's own. */
function keptKey(generationKey: string, { name }: Kept): Promise<string> {
  return sha256(`kept ${generationKey} ${name}`);
}

/** Returns those of the misses that an earlier request with the same Idempotency-Key has generated, by their keys. */
export async function findKept(
  tiers: Tiers,
  misses: readonly PromptLookup[],
  reserved: Reserved,
): Promise<ReadonlyMap<string, Entry<Generation>>> {
  const found = await Promise.all(
    misses.map(async ({ key }) => {
      const kept = reserved.keptAs?.(key);
      if (kept?.isRepeat !== true) return undefined;
      const entry = await tiers.get(await keptKey(key, kept), kept.seconds);
      return entry && ([key, entry] as const);
    }),
  );
  return new Map(found.filter((each) => each !== undefined));
}

/** Keeps new generations for repeats with the same Idempotency-Key. Returns whether any is kept. */
export async function keep(
  { tiers, now }: { readonly tiers: Tiers; readonly now: () => number },
  generated: ReadonlyMap<string, Generation | undefined>,
  reserved: Reserved,
): Promise<boolean> {
  const createdMs = now();
  const kept = await Promise.all(
    [...generated].map(async ([key, value]) => {
      const place = reserved.keptAs?.(key);
      if (place === undefined || value === undefined) return false;
      tiers.put(await keptKey(key, place), { value, createdMs }, place.seconds);
      return true;
    }),
  );
  return kept.includes(true);
}
