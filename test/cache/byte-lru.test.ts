import { describe, expect, it } from "vitest";
import { createByteLru } from "../../src/cache/byte-lru.ts";

function lru(maxBytes: number) {
  const evicted: string[] = [];
  const cache = createByteLru<Uint8Array>({
    maxBytes,
    bytesOf: ({ length }) => length,
    onEvict: (key) => evicted.push(key),
  });
  return { cache, evicted };
}

const bytes = (length: number) => new Uint8Array(length);

describe("createByteLru", () => {
  it("evicts the least recently used key, and reports it", () => {
    const { cache, evicted } = lru(10);
    cache.set("a", bytes(4));
    cache.set("b", bytes(4));
    cache.get("a");
    cache.set("c", bytes(4));
    expect([cache.has("a"), cache.has("b"), cache.has("c")]).toEqual([true, false, true]);
    expect(evicted).toEqual(["b"]);
    expect([cache.bytes, cache.size]).toEqual([8, 2]);
  });

  it("evicts nothing for a value that is larger than the limit", () => {
    const { cache, evicted } = lru(10);
    cache.set("a", bytes(4));
    cache.set("b", bytes(11));
    expect([cache.has("a"), cache.has("b")]).toEqual([true, false]);
    expect(evicted).toEqual([]);
  });

  it("counts a value that is set again once", () => {
    const { cache } = lru(10);
    cache.set("a", bytes(8));
    cache.set("a", bytes(9));
    expect([cache.bytes, cache.size]).toEqual([9, 1]);
  });
});
