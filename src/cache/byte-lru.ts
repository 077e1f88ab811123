/** A least-recently-used cache with a limit in bytes. */
export interface ByteLru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  /** Does not count as a use, unlike `get`. */
  has(key: string): boolean;
  readonly bytes: number;
  readonly size: number;
}

/** Options of a `ByteLru`. */
export interface ByteLruOptions<Value> {
  readonly maxBytes: number;
  readonly bytesOf: (value: Value) => number;
  /** Called with each key that is evicted to make room. */
  readonly onEvict?: (key: string) => void;
}

/** Creates a cache of at most `maxBytes`. A value that is larger than `maxBytes` is not stored. */
export function createByteLru<Value>({ maxBytes, bytesOf, onEvict }: ByteLruOptions<Value>): ByteLru<Value> {
  // A Map iterates in insertion order, and `get` inserts again, so the first key is the least recently used.
  const entries = new Map<string, Value>();
  let bytes = 0;
  const remove = (key: string): void => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    bytes -= bytesOf(value);
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      remove(key);
      if (bytesOf(value) > maxBytes) return;
      entries.set(key, value);
      bytes += bytesOf(value);
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
        onEvict?.(oldest);
      }
    },
    has: (key) => entries.has(key),
    get bytes() {
      return bytes;
    },
    get size() {
      return entries.size;
    },
  };
}
