import { env, waitUntil } from "cloudflare:workers";
import { createCacheApiStore } from "../src/cache/cache-api-store.ts";
import { createKvStore } from "../src/cache/kv.ts";
import { type CachedGenerationsOptions, createCachedGenerations } from "../src/generations/cached-generations.ts";
import type { FindGenerations } from "../src/generations/request.ts";
import type { Backend } from "../src/inference/backend.ts";
import { createUrlCache, type UrlCache } from "../src/intake/url-cache.ts";
import type { Variables } from "./variables.ts";

type Settings = Pick<Variables, "CACHE_SALT" | "CACHE_TTL_SECONDS" | "CACHE_MEMORY_BYTES" | "PLACEMENT">;

/** Budget of an isolate's URL cache: about five hundred URLs of usual length. */
const URL_CACHE_BYTES = 256 * 1024;

/**
 * Caches which image each URL returned, in the isolate and in the data centre. Not in KV: the entries are short-lived, and writes are what
 * KV bills.
 */
export function urlCache({ CACHE_SALT }: Settings): UrlCache {
  return createUrlCache({
    stores: [createCacheApiStore(() => caches.default, "addresses")],
    memoryBytes: URL_CACHE_BYTES,
    salt: CACHE_SALT,
    waitUntil,
    now: Date.now,
  });
}

/**
 * The Durable Objects that coalesce requests across isolates, in a deployment that has the binding. With an embedded model there are no
 * backend calls to save.
 */
function coordinationOf({ PLACEMENT }: Settings): CachedGenerationsOptions["coordination"] {
  const { REQUEST_COORDINATOR }: Partial<Env> = env;
  if (REQUEST_COORDINATOR === undefined || PLACEMENT === "embedded") return undefined;
  return {
    coordinatorFor: (key) => REQUEST_COORDINATOR.get(REQUEST_COORDINATOR.idFromName(key)),
    newParticipantId: () => crypto.randomUUID(),
    logFailure: (thrown) => console.warn("Requests are not coalesced across isolates for a while:", thrown),
  };
}

/** Puts the cache in front of a backend, in the isolate, the data centre and KV, and coalesces equal requests. */
export function cachedGenerations(backend: Backend, settings: Settings): FindGenerations {
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
