import { describe, expect, it } from "vitest";
import { createByteLru } from "../../src/cache/byte-lru.ts";

function lru(maxBytes: number) {
  const forgotten: string[] = [];
  const cache = createByteLru<Uint8Array>({
    maxBytes,
    bytesOf: ({ length }) => length,
    onForget: (key) => forgotten.push(key),
  });
  return { cache, forgotten };
}

const bytes = (length: number) => new Uint8Array(length);

describe("createByteLru", () => {
  it("forgets what was not asked for the longest, and says so", () => {
    const { cache, forgotten } = lru(10);
    cache.set("a", bytes(4));
    cache.set("b", bytes(4));
    cache.get("a");
    cache.set("c", bytes(4));
    expect([cache.has("a"), cache.has("b"), cache.has("c")]).toEqual([true, false, true]);
    expect(forgotten).toEqual(["b"]);
    expect([cache.bytes, cache.size]).toEqual([8, 2]);
  });

  it("does not throw everything out for one that never fits", () => {
    const { cache, forgotten } = lru(10);
    cache.set("a", bytes(4));
    cache.set("b", bytes(11));
    expect([cache.has("a"), cache.has("b")]).toEqual([true, false]);
    expect(forgotten).toEqual([]);
  });

  it("counts a value that is set anew once", () => {
    const { cache } = lru(10);
    cache.set("a", bytes(8));
    cache.set("a", bytes(9));
    expect([cache.bytes, cache.size]).toEqual([9, 1]);
  });
});
