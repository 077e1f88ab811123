import { createByteLru } from "./cache/byte-lru.ts";
import { createSingleFlight } from "./cache/single-flight.ts";
import { createTiers, type TiersOptions } from "./cache/tiers.ts";
import { generationBytes, readGeneration } from "./generation-entry.ts";
import { createFindGenerations, type FindGenerations, type GenerationsOptions } from "./generations.ts";
import type { Generation } from "./inference/backend.ts";

/** How generations are kept and shared. */
export interface CachedOptions
  extends
    Pick<GenerationsOptions, "backend" | "salt" | "now">,
    Pick<TiersOptions<Generation>, "stores" | "ttlSeconds" | "holdOpen"> {
  /** In the isolate; 0 keeps nothing there. */
  readonly memoryBytes: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Puts the levels of the cache and the single flight before a backend. */
export function createCachedGenerations(options: CachedOptions): FindGenerations {
  const { backend, salt, now, sleep, memoryBytes, ...tiers } = options;
  const memory = createByteLru({ maxBytes: memoryBytes, bytesOf: generationBytes });
  return createFindGenerations({
    backend,
    tiers: createTiers({ ...tiers, memory, read: readGeneration }),
    flight: createSingleFlight<readonly Generation[]>({ now, sleep }),
    salt,
    now,
  });
}
