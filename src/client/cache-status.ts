import { parseListHeader } from "../inference/protocol/list-header.ts";

/** What became of the answer in the API's cache, read from Cache-Status (RFC 9211) and Age. */
export interface CacheReport {
  readonly hit: boolean;
  /** Why the model was asked: the answer was not there, was too old, or was wanted anew. */
  readonly fwd: string | undefined;
  /** Whether the answer was kept. */
  readonly stored: boolean;
  /** Whether another request's work gave the answer. */
  readonly collapsed: boolean;
  /** Whether it is older than was wanted, because the model could not be asked. */
  readonly stale: boolean;
  /** Seconds since it was made; 0 where it is new. */
  readonly age: number;
}

/** The API's own name; caches on the way have members of their own in the header. */
const CACHE_NAME = "florence-edge";

/** `undefined` where the API says nothing of a cache. */
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
