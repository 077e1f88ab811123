import { createByteLru } from "../cache/byte-lru.ts";
import {
  createDistributedSingleFlight,
  type DistributedSingleFlightOptions,
  notDistributed,
} from "../cache/distributed-single-flight.ts";
import type { Entry } from "../cache/entry.ts";
import { createSingleFlight } from "../cache/single-flight.ts";
import { createTieredCache, type TieredCacheOptions } from "../cache/tiered-cache.ts";
import type { Generation } from "../inference/backend.ts";
import { createFindGenerations } from "./find-generations.ts";
import type { GenerateMissesOptions } from "./generate-misses.ts";
import { generationBytes, parseEntries, parseGeneration, serializeEntries } from "./generation-entry.ts";
import type { FindGenerations } from "./request.ts";

/** How generations are cached and coalesced. */
export interface CachedGenerationsOptions
  extends
    Pick<GenerateMissesOptions, "backend" | "salt" | "now">,
    Pick<TieredCacheOptions<Generation>, "stores" | "ttlSeconds" | "waitUntil"> {
  /** Limit of the cache in the isolate, in bytes; 0 disables it. */
  readonly memoryBytes: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Coalesces requests across isolates; without it, each isolate calls the backend itself. */
  readonly coordination?:
    | Pick<DistributedSingleFlightOptions<unknown>, "coordinatorFor" | "newParticipantId" | "logFailure">
    | undefined;
}

/** Adds the cache and request coalescing to a backend. */
export function createCachedGenerations(options: CachedGenerationsOptions): FindGenerations {
  const { backend, salt, now, sleep, memoryBytes, coordination, ...tiers } = options;
  const memory = createByteLru({ maxBytes: memoryBytes, bytesOf: generationBytes });
  const { waitUntil } = tiers;
  const codec = { serialize: serializeEntries, parse: parseEntries };
  return createFindGenerations({
    backend,
    tiers: createTieredCache({ ...tiers, memory, parse: parseGeneration }),
    flight: createSingleFlight<readonly Generation[]>({ now, sleep }),
    distributed:
      coordination === undefined
        ? notDistributed
        : createDistributedSingleFlight<readonly Entry<Generation>[]>({
            ...coordination,
            ...codec,
            now,
            sleep,
            waitUntil,
          }),
    salt,
    now,
  });
}
