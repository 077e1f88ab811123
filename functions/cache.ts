import { env, waitUntil } from "cloudflare:workers";
import type * as z from "zod";
import { createCacheApiStore } from "../src/cache/cache-api-store.ts";
import { createKvStore } from "../src/cache/kv.ts";
import { type CachedGenerationsOptions, createCachedGenerations } from "../src/generations/cached-generations.ts";
import type { FindGenerations } from "../src/generations/request.ts";
import type { Backend } from "../src/inference/backend.ts";
import { createUrlCache, type UrlCache } from "../src/intake/url-cache.ts";
import type { Variables } from "./placements.ts";

type Settings = Pick<
  z.infer<typeof Variables>,
  "CACHE_SALT" | "CACHE_TTL_SECONDS" | "CACHE_MEMORY_BYTES" | "PLACEMENT"
>;

/** Addresses that an isolate remembers: some five hundred of the usual length. */
const ADDRESS_BYTES = 256 * 1024;

/** What images' addresses were seen to show: in the isolate and in the data centre. KV would be written too often for what lasts so short. */
export function urlCache({ CACHE_SALT }: Settings): UrlCache {
  return createUrlCache({
    stores: [createCacheApiStore(() => caches.default, "addresses")],
    memoryBytes: ADDRESS_BYTES,
    salt: CACHE_SALT,
    waitUntil,
    now: Date.now,
  });
}

/** The Durable Objects that coalesce requests across isolates, in a deployment that has the binding. An embedded model has no backend to spare. */
function coordinationOf({ PLACEMENT }: Settings): CachedGenerationsOptions["coordination"] {
  const { REQUEST_COORDINATOR }: Partial<Env> = env;
  if (REQUEST_COORDINATOR === undefined || PLACEMENT === "embedded") return undefined;
  return {
    coordinatorFor: (key) => REQUEST_COORDINATOR.get(REQUEST_COORDINATOR.idFromName(key)),
    newParticipantId: () => crypto.randomUUID(),
    logFailure: (thrown) => console.warn("Requests are not coalesced across isolates for a while:", thrown),
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
    waitUntil,
    now: Date.now,
    sleep: (milliseconds) => scheduler.wait(milliseconds),
    coordination: coordinationOf(settings),
  });
}
