import { parseListHeader } from "../inference/protocol/list-header.ts";

/** How the API's cache served the answer, parsed from Cache-Status (RFC 9211) and Age. */
export interface CacheReport {
  /** Whether the answer came from the cache. */
  readonly hit: boolean;
  /** Why the request went to the model: the answer was not cached, was too old, or the request asked for a new one. */
  readonly fwd: string | undefined;
  /** Whether the answer was stored in the cache. */
  readonly stored: boolean;
  /** Whether the request was coalesced with another one and shares its answer. */
  readonly collapsed: boolean;
  /** Whether the answer is older than the request allows, because the model could not be reached. */
  readonly stale: boolean;
  /** Age of the answer in seconds; 0 if it is new. */
  readonly age: number;
}

/** Name of the API's own cache; intermediate caches have their own members in the header. */
const CACHE_NAME = "florence-edge";

/** Parses the cache status of a response; returns `undefined` if the API reports none. */
export function parseCacheStatus(headers: Headers): CacheReport | undefined {
  const own = parseListHeader(headers.get("cache-status")).find(({ name }) => name === CACHE_NAME)?.parameters;
  if (own === undefined) return undefined;
  const age = Number(headers.get("age") ?? 0);
  return {
    hit: own.has("hit"),
    fwd: own.get("fwd"),
    stored: own.has("stored"),
    collapsed: own.has("collapsed"),
    stale: own.get("detail") === "stale-if-error",
    age: Number.isFinite(age) ? age : 0,
  };
}
