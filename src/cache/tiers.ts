import type { ByteLru } from "./byte-lru.ts";
import { decodeEntry, encodeEntry, type Entry } from "./entry.ts";
import type { Store } from "./store.ts";

/** What the levels are. */
export interface TiersOptions<Value> {
  /** In the isolate. */
  readonly memory: ByteLru<Entry<Value>>;
  /** The nearer first. */
  readonly stores: readonly Store[];
  readonly ttlSeconds: number;
  /** Whether what was read is a value, and the value. */
  readonly read: (value: unknown) => Value | undefined;
  /** Takes work that need not be waited for, and never rejects (workerd's `waitUntil`). */
  readonly waitUntil: (work: Promise<void>) => void;
}

/** Immutable entries in several levels. Never rejects: a cache that cannot be read or written costs time, not an answer. */
export interface Tiers<Value> {
  get(key: string): Promise<Entry<Value> | undefined>;
  /** The isolate's own entry, without reading the other levels. */
  peek(key: string): Entry<Value> | undefined;
  put(key: string, entry: Entry<Value>): void;
  /** Puts an entry into the isolate's level only: another isolate puts it into the others. */
  putInMemory(key: string, entry: Entry<Value>): void;
}

/** What a level has under the key; a false entry is deleted. */
async function readFrom<Value>(
  store: Store,
  key: string,
  read: TiersOptions<Value>["read"],
): Promise<Entry<Value> | undefined> {
  try {
    const bytes = await store.get(key);
    if (bytes === undefined) return undefined;
    const entry = await decodeEntry(key, bytes, read);
    if (entry === undefined) await store.delete(key);
    return entry;
  } catch {
    return undefined;
  }
}

async function writeTo(
  stores: readonly Store[],
  key: string,
  entry: Entry<unknown>,
  ttlSeconds: number,
): Promise<void> {
  if (stores.length === 0) return;
  const bytes = await encodeEntry(key, entry);
  await Promise.allSettled(stores.map((store) => store.put(key, bytes, ttlSeconds)));
}

/** Looks into one level after the other; what a farther one has is put into those before it. */
export function createTiers<Value>({ memory, stores, ttlSeconds, read, waitUntil }: TiersOptions<Value>): Tiers<Value> {
  return {
    get: async (key) => {
      const cached = memory.get(key);
      if (cached !== undefined) return cached;
      for (const [level, store] of stores.entries()) {
        const entry = await readFrom(store, key, read);
        if (entry === undefined) continue;
        memory.set(key, entry);
        waitUntil(writeTo(stores.slice(0, level), key, entry, ttlSeconds));
        return entry;
      }
      return undefined;
    },
    peek: (key) => memory.get(key),
    putInMemory: (key, entry) => memory.set(key, entry),
    put: (key, entry) => {
      memory.set(key, entry);
      waitUntil(writeTo(stores, key, entry, ttlSeconds));
    },
  };
}
