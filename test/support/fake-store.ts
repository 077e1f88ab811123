import type { Store } from "../../src/cache/store.ts";

/** A cache level in memory; `entries` is its content. */
export function fakeStore() {
  const entries = new Map<string, Uint8Array>();
  const store: Store = {
    get: async (key) => entries.get(key),
    put: async (key, bytes) => void entries.set(key, bytes),
    delete: async (key) => void entries.delete(key),
  };
  return { store, entries };
}

/** A cache level that always fails. */
export const brokenStore: Store = {
  get: () => Promise.reject(new Error("down")),
  put: () => Promise.reject(new Error("down")),
  delete: () => Promise.reject(new Error("down")),
};
