import { env, waitUntil } from "cloudflare:workers";
import type * as z from "zod";
import { createCacheApiStore } from "../src/cache/cache-api-store.ts";
import { createKvStore } from "../src/cache/kv.ts";
import { type CachedOptions, createCachedGenerations } from "../src/generations/cached-generations.ts";
import type { FindGenerations } from "../src/generations/find-generations.ts";
import type { Backend } from "../src/inference/backend.ts";
import { createKnownAddresses, type KnownAddresses } from "../src/intake/url-cache.ts";
import type { Variables } from "./placements.ts";

type Settings = Pick<
  z.infer<typeof Variables>,
  "CACHE_SALT" | "CACHE_TTL_SECONDS" | "CACHE_MEMORY_BYTES" | "PLACEMENT"
>;

/** Addresses that an isolate remembers: some five hundred of the usual length. */
const ADDRESS_BYTES = 256 * 1024;

/** What images' addresses were seen to show: in the isolate and in the data centre. KV would be written too often for what lasts so short. */
export function knownAddresses({ CACHE_SALT }: Settings): KnownAddresses {
  return createKnownAddresses({
    stores: [createCacheApiStore(() => caches.default, "addresses")],
    memoryBytes: ADDRESS_BYTES,
    salt: CACHE_SALT,
    holdOpen: waitUntil,
    now: Date.now,
  });
}

/** Where isolates meet, in a deployment that has the binding. An isolate that runs the whole model asks nobody else, so it need not be spared. */
function flightsOf({ PLACEMENT }: Settings): CachedOptions["flights"] {
  const { FLIGHTS }: Partial<Env> = env;
  if (FLIGHTS === undefined || PLACEMENT === "embedded") return undefined;
  return {
    deskOf: (key) => FLIGHTS.get(FLIGHTS.idFromName(key)),
    newMember: () => crypto.randomUUID(),
    logFailure: (thrown) => console.warn("Equal work is not shared for a while:", thrown),
  };
}

/** The cache before a backend: in the isolate, in the data centre, everywhere; and what is asked at the same time, asked once. */
export function cached(backend: Backend, settings: Settings): FindGenerations {
  return createCachedGenerations({
    backend,
    stores: [createCacheApiStore(() => caches.default, "generations"), createKvStore(env.GENERATIONS)],
    ttlSeconds: settings.CACHE_TTL_SECONDS,
    memoryBytes: settings.CACHE_MEMORY_BYTES,
    salt: settings.CACHE_SALT,
    holdOpen: waitUntil,
    now: Date.now,
    sleep: (milliseconds) => scheduler.wait(milliseconds),
    flights: flightsOf(settings),
  });
}
