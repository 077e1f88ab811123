import type { ByteLru } from "./byte-lru.ts";
import { decodeEntry, encodeEntry, type Entry } from "./entry.ts";
import type { Store } from "./store.ts";

/** Options of `createTieredCache`. */
export interface TieredCacheOptions<Value> {
  /** The level in the isolate. */
  readonly memory: ByteLru<Entry<Value>>;
  /** The levels outside the isolate, the nearest first. */
  readonly stores: readonly Store[];
  readonly ttlSeconds: number;
  /** Parses a stored value; undefined if it is invalid. */
  readonly parse: (value: unknown) => Value | undefined;
  /** Runs work that is not awaited and never rejects (workerd's `waitUntil`). */
  readonly waitUntil: (work: Promise<void>) => void;
}

/** A cache of immutable entries in several levels. Never rejects: a failing cache costs time, not an answer. */
export interface TieredCache<Value> {
  /** `seconds` is how long nearer levels keep what a farther one has; as long as all entries, if it is left out. */
  get(key: string, seconds?: number): Promise<Entry<Value> | undefined>;
  /** Returns the isolate's own entry, without reading the other levels. */
  peek(key: string): Entry<Value> | undefined;
  /** `seconds` is how long the levels outside the isolate keep it; as long as all entries, if it is left out. */
  put(key: string, entry: Entry<Value>, seconds?: number): void;
  /** Stores an entry in the isolate's level only: another isolate stores it in the other levels. */
  putInMemory(key: string, entry: Entry<Value>): void;
}

/** Returns a level's entry; deletes it if it is invalid. */
async function readFrom<Value>(
  store: Store,
  key: string,
  parse: TieredCacheOptions<Value>["parse"],
): Promise<Entry<Value> | undefined> {
  try {
    const bytes = await store.get(key);
    if (bytes === undefined) return undefined;
    const entry = await decodeEntry(key, bytes, parse);
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

/** Creates a cache that reads the levels in order, and copies an entry from a farther level into the nearer ones. */
export function createTieredCache<Value>({
  memory,
  stores,
  ttlSeconds,
  parse,
  waitUntil,
}: TieredCacheOptions<Value>): TieredCache<Value> {
  return {
    get: async (key, seconds = ttlSeconds) => {
      const cached = memory.get(key);
      if (cached !== undefined) return cached;
      for (const [level, store] of stores.entries()) {
        const entry = await readFrom(store, key, parse);
        if (entry === undefined) continue;
        memory.set(key, entry);
        waitUntil(writeTo(stores.slice(0, level), key, entry, seconds));
        return entry;
      }
      return undefined;
    },
    peek: (key) => memory.get(key),
    putInMemory: (key, entry) => memory.set(key, entry),
    put: (key, entry, seconds = ttlSeconds) => {
      memory.set(key, entry);
      waitUntil(writeTo(stores, key, entry, seconds));
    },
  };
}
