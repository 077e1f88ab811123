import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createByteLru } from "../../src/cache/byte-lru.ts";
import { decodeEntry, encodeEntry, type Entry } from "../../src/cache/entry.ts";
import type { Store } from "../../src/cache/store.ts";
import { createTieredCache } from "../../src/cache/tiered-cache.ts";
import { brokenStore, fakeStore } from "../support/fake-store.ts";

const parse = (value: unknown) => (typeof value === "string" ? value : undefined);
const entry: Entry<string> = { value: "a cat", createdMs: 5 };

function tiersOver(stores: readonly Store[], maxBytes = 1000) {
  const background: Promise<void>[] = [];
  const memory = createByteLru<Entry<string>>({ maxBytes, bytesOf: ({ value }) => value.length });
  const tiers = createTieredCache({
    memory,
    stores,
    ttlSeconds: 60,
    parse,
    waitUntil: (work) => background.push(work),
  });
  return { tiers, memory, settle: () => Promise.all(background) };
}

describe("an entry", () => {
  it("decodes to the encoded entry", async () => {
    expect(await decodeEntry("k", await encodeEntry("k", entry), parse)).toEqual(entry);
  });

  it("is undefined under another key, or with an invalid value", async () => {
    const bytes = await encodeEntry("k", entry);
    expect(await decodeEntry("other", bytes, parse)).toBeUndefined();
    expect(await decodeEntry("k", await encodeEntry("k", { value: 7, createdMs: 5 }), parse)).toBeUndefined();
  });

  it("is undefined when it is truncated at any byte", async () => {
    const bytes = await encodeEntry("k", entry);
    const truncated = await Promise.all(Array.from(bytes, (_, end) => decodeEntry("k", bytes.subarray(0, end), parse)));
    expect(truncated.filter((decoded) => decoded !== undefined)).toEqual([]);
  });

  it("is undefined when any of its bytes is changed", async () => {
    const bytes = await encodeEntry("k", entry);
    const changes = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(changes, async ({ at, by }) => {
        const other = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ by : byte));
        expect(await decodeEntry("k", other, parse)).toBeUndefined();
      }),
    );
  });

  it("is undefined for arbitrary bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await decodeEntry("k", bytes, parse)).toBeUndefined();
      }),
    );
  });
});

describe("the levels of a cache", () => {
  it("are all written, and read in order until one has the entry", async () => {
    const [near, far] = [fakeStore(), fakeStore()];
    const one = tiersOver([near.store, far.store]);
    one.tiers.put("k", entry);
    await one.settle();
    expect([near.entries.size, far.entries.size]).toEqual([1, 1]);
    near.entries.clear();
    const other = tiersOver([near.store, far.store]);
    expect(await other.tiers.get("k")).toEqual(entry);
    await other.settle();
    expect([near.entries.has("k"), other.memory.has("k")]).toEqual([true, true]);
  });

  it("delete truncated and foreign entries", async () => {
    const { store, entries } = fakeStore();
    const { tiers } = tiersOver([store]);
    const bytes = await encodeEntry("k", entry);
    entries.set("k", bytes.subarray(0, bytes.length - 1)).set("l", new TextEncoder().encode('{"value":"poison"}'));
    expect([await tiers.get("k"), await tiers.get("l")]).toEqual([undefined, undefined]);
    expect(entries.size).toBe(0);
  });

  it("are skipped when they fail", async () => {
    const { store, entries } = fakeStore();
    const { tiers, settle } = tiersOver([brokenStore, store], 0);
    tiers.put("k", entry);
    await settle();
    expect(entries.size).toBe(1);
    expect(await tiers.get("k")).toEqual(entry);
    expect(await tiersOver([brokenStore]).tiers.get("k")).toBeUndefined();
  });
});
