import type { Store } from "./store.ts";

/** The Cache API, as far as it is used: a data centre's own memory. */
export type HttpCache = Pick<Cache, "match" | "put" | "delete">;

/** Entries as responses. `cache` is asked for each time: workerd hands one out only within a request. `folder` says what they are. */
export function createCacheApiStore(cache: () => HttpCache, folder: string): Store {
  // An address that no server has: the Cache API keeps responses by address.
  const addressOf = (key: string): string => `https://cache.invalid/${folder}/${key}`;
  return {
    get: async (key) => {
      const response = await cache().match(addressOf(key));
      return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer());
    },
    put: (key, bytes, ttlSeconds) => {
      const headers = { "cache-control": `max-age=${ttlSeconds}`, "content-type": "application/octet-stream" };
      return cache().put(addressOf(key), new Response(bytes, { headers }));
    },
    delete: async (key) => void (await cache().delete(addressOf(key))),
  };
}
