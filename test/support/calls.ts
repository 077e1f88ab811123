import { createCachedGenerations } from "../../src/cached-generations.ts";
import type { CacheDirectives, CallContext } from "../../src/contract/service.ts";
import type { FindGenerations } from "../../src/generations.ts";
import type { Backend } from "../../src/inference/backend.ts";
import { nextTask } from "./tiny-backend.ts";

/** A caller who says nothing of the cache. */
export const silent: CacheDirectives = {
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: undefined,
  staleIfError: undefined,
};

/** A call of a caller who says this of the cache. */
export function callWith(cache: Partial<CacheDirectives> = {}, signal = new AbortController().signal): CallContext {
  return { signal, trace: { requestId: "r1", traceparent: undefined }, cache: { ...silent, ...cache } };
}

/** Generations that always come from the backend. */
export function uncached(backend: Backend): FindGenerations {
  const nothing = { stores: [], ttlSeconds: 0, memoryBytes: 0, salt: "", holdOpen: () => {} };
  return createCachedGenerations({ backend, now: () => 0, sleep: nextTask, ...nothing });
}
