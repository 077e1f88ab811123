import type { Store } from "../../src/cache/store.ts";

/** A cache level in memory; `entries` is its content, and `seconds` how long each was to be kept. */
export function fakeStore() {
  const entries = new Map<string, Uint8Array>();
  const seconds: number[] = [];
  const store: Store = {
    get: async (key) => entries.get(key),
    put: async (key, bytes, ttlSeconds) => {
      entries.set(key, bytes);
      seconds.push(ttlSeconds);
    },
    delete: async (key) => void entries.delete(key),
  };
  return { store, entries, seconds };
}

/** A cache level that always fails. */
export const brokenStore: Store = {
  get: () => Promise.reject(new Error("down")),
  put: () => Promise.reject(new Error("down")),
  delete: () => Promise.reject(new Error("down")),
};
