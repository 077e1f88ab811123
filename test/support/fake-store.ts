import type { Store } from "../../src/cache/store.ts";

/** A level of the cache in memory; `holds` is what lies in it. */
export function fakeStore() {
  const holds = new Map<string, Uint8Array>();
  const store: Store = {
    get: async (key) => holds.get(key),
    put: async (key, bytes) => void holds.set(key, bytes),
    delete: async (key) => void holds.delete(key),
  };
  return { store, holds };
}

/** A level that can do nothing. */
export const brokenStore: Store = {
  get: () => Promise.reject(new Error("down")),
  put: () => Promise.reject(new Error("down")),
  delete: () => Promise.reject(new Error("down")),
};
