import { createService } from "../../src/answering/answer.ts";
import type { Store } from "../../src/cache/store.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import type { CacheDirectives, CallContext } from "../../src/contract/service.ts";
import type { FindGenerations } from "../../src/generations/request.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import type { Backend } from "../../src/inference/backend.ts";
import { nextTask } from "./tiny-backend.ts";

/** Cache directives of a request without any. */
export const noDirectives: CacheDirectives = {
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: undefined,
  staleIfError: undefined,
};

/** A call with these cache directives. */
export function callWith(cache: Partial<CacheDirectives> = {}, signal = new AbortController().signal): CallContext {
  return {
    signal,
    caller: "",
    trace: { requestId: "r1", traceparent: undefined },
    cache: { ...noDirectives, ...cache },
  };
}

/** Dependencies of every isolate in tests; the clock stands still. */
const isolate = { salt: "", waitUntil: () => {}, now: () => 0, sleep: nextTask };

/** Finds generations without a cache, so that they always come from the backend. */
export function uncached(backend: Backend): FindGenerations {
  return createCachedGenerations({ ...isolate, backend, stores: [], ttlSeconds: 0, memoryBytes: 0 });
}

/** A service in front of a backend that caches results in the isolate and in these stores. */
export function cachedService(backend: Backend, stores: readonly Store[] = []) {
  const find = createCachedGenerations({ ...isolate, backend, stores, ttlSeconds: 60, memoryBytes: 10_000 });
  return { find, service: createService({ backend, find, limits: ISOLATE_LIMITS, now: () => 0 }) };
}
