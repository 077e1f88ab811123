import type { Store } from "./store.ts";

/** The part of Workers KV that is used. */
export interface KvNamespace {
  get(key: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
  put(key: string, value: ArrayBufferView, options: { readonly expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Separates these entries from others in the same namespace. */
const PREFIX = "generation:";

/** Stores entries in Workers KV. They are visible everywhere within a minute. */
export function createKvStore(namespace: KvNamespace): Store {
  return {
    get: async (key) => {
      const buffer = await namespace.get(PREFIX + key, "arrayBuffer");
      return buffer === null ? undefined : new Uint8Array(buffer);
    },
    put: (key, bytes, ttlSeconds) => namespace.put(PREFIX + key, bytes, { expirationTtl: ttlSeconds }),
    delete: (key) => namespace.delete(PREFIX + key),
  };
}
