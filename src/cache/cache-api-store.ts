import type { Store } from "./store.ts";

/** The part of the Cache API that is used. It caches for one data centre. */
export type HttpCache = Pick<Cache, "match" | "put" | "delete">;

/**
 * Stores entries as responses in the Cache API. `cache` is called for each operation, because workerd provides a cache only within a request.
 * `folder` separates different kinds of entries.
 */
export function createCacheApiStore(cache: () => HttpCache, folder: string): Store {
  // The Cache API stores responses by URL; no server has this host name.
  const urlOf = (key: string): string => `https://cache.invalid/${folder}/${key}`;
  return {
    get: async (key) => {
      const response = await cache().match(urlOf(key));
      return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer());
    },
    put: (key, bytes, ttlSeconds) => {
      const headers = { "cache-control": `max-age=${ttlSeconds}`, "content-type": "application/octet-stream" };
      return cache().put(urlOf(key), new Response(bytes, { headers }));
    },
    delete: async (key) => void (await cache().delete(urlOf(key))),
  };
}
