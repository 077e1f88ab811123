import { createByteLru } from "../cache/byte-lru.ts";
import type { Entry } from "../cache/entry.ts";
import { createSharedFlight, type SharedFlightOptions, unshared } from "../cache/distributed-single-flight.ts";
import { createSingleFlight } from "../cache/single-flight.ts";
import { createTiers, type TiersOptions } from "../cache/tiers.ts";
import { generationBytes, readEntries, readGeneration, writeEntries } from "./generation-entry.ts";
import { createFindGenerations, type FindGenerations, type GenerationsOptions } from "./find-generations.ts";
import type { Generation } from "../inference/backend.ts";

/** Where isolates meet. */
type Flights = Pick<SharedFlightOptions<unknown>, "deskOf" | "newMember" | "logFailure">;

/** How generations are kept and shared. */
export interface CachedOptions
  extends
    Pick<GenerationsOptions, "backend" | "salt" | "now">,
    Pick<TiersOptions<Generation>, "stores" | "ttlSeconds" | "holdOpen"> {
  /** In the isolate; 0 keeps nothing there. */
  readonly memoryBytes: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Where equal work is done once for all isolates; left out where each works for itself. */
  readonly flights?: Flights | undefined;
}

/** Puts the levels of the cache and the single flight before a backend. */
export function createCachedGenerations(options: CachedOptions): FindGenerations {
  const { backend, salt, now, sleep, memoryBytes, flights, ...tiers } = options;
  const memory = createByteLru({ maxBytes: memoryBytes, bytesOf: generationBytes });
  const rest = { now, sleep, holdOpen: tiers.holdOpen, write: writeEntries, read: readEntries };
  return createFindGenerations({
    backend,
    tiers: createTiers({ ...tiers, memory, read: readGeneration }),
    flight: createSingleFlight<readonly Generation[]>({ now, sleep }),
    shared:
      flights === undefined ? unshared : createSharedFlight<readonly Entry<Generation>[]>({ ...flights, ...rest }),
    salt,
    now,
  });
}
