/** A cache that forgets what was not asked for the longest. */
export interface ByteLru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  /** Unlike `get`, does not count as use. */
  has(key: string): boolean;
  readonly bytes: number;
  readonly size: number;
}

/** What bounds a cache. */
export interface ByteLruOptions<Value> {
  readonly maxBytes: number;
  readonly bytesOf: (value: Value) => number;
  /** Called for each key that is forgotten. */
  readonly onForget?: (key: string) => void;
}

/** Holds as many values as fit into a budget of bytes; one that is larger than all of it is not kept. */
export function createByteLru<Value>({ maxBytes, bytesOf, onForget }: ByteLruOptions<Value>): ByteLru<Value> {
  // A map keeps the order in which keys were set, so the first is the one to forget.
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
        onForget?.(oldest);
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
