import { describe, expect, it } from "vitest";
import { sentSize, MAX_SENT_PIXELS } from "../../src/playground/selected-image.ts";
import { ageOf, cacheSentence, summaryOf } from "../../src/playground/sentences.ts";
import { spansOf } from "../../src/playground/spans.ts";
import { createStore } from "../../src/playground/store.ts";

const missed = { hit: false, fwd: "miss", stored: true, collapsed: false, stale: false, age: 0 };
const normalized_box = { x1: 0, y1: 0, x2: 1, y2: 1 };

describe("what is said", () => {
  it("of what was found: how many of what, the most frequent first", () => {
    const objects = ["cat", "dog", "dog", ""].map((label) => ({ label, score: 1, normalized_box }));
    expect(summaryOf({ type: "boxes", objects })).toBe("4 objects: 2 × dog, cat.");
    expect(summaryOf({ type: "boxes", objects: objects.slice(3) })).toBe("1 object.");
    expect(summaryOf({ type: "boxes", objects: [] })).toBe("Nothing was found.");
    expect(summaryOf({ type: "text", text: "a cat" })).toBe("a cat");
  });

  it("of the cache follows its report", () => {
    expect(cacheSentence({ ...missed, hit: true, age: 125 })).toContain("2 minutes ago");
    expect(cacheSentence({ ...missed, hit: true, stale: true })).toContain("cannot be reached");
    expect(cacheSentence(missed)).toContain("is kept");
    expect(cacheSentence({ ...missed, stored: false })).not.toContain("is kept");
    expect(cacheSentence({ ...missed, collapsed: true })).toContain("another request");
  });

  it.each([
    [0, "just now"],
    [1, "1 second ago"],
    [59, "59 seconds ago"],
    [60, "1 minute ago"],
    [7200, "2 hours ago"],
    [86_400, "1 day ago"],
  ])("%s seconds are %s", (seconds, text) => expect(ageOf(seconds)).toBe(text));
});

describe("time", () => {
  it("is in pieces that do not overlap, and together are all of it", () => {
    const spans = spansOf({ ms: 100, timings: { intake: 1, generate: 80, queue: 0.1, encode: 50, decode: 20 } });
    expect(spans.map(([name]) => name)).toEqual(["intake", "generate", "encode", "decode", "elsewhere"]);
    expect(spans.reduce((sum, [, ms]) => sum + ms, 0)).toBeCloseTo(100 - 0.1, 6);
  });

  it("is elsewhere where the server says nothing", () => {
    expect(spansOf({ ms: 12, timings: {} })).toEqual([["elsewhere", 12]]);
  });
});

describe("a picture's size when it is sent", () => {
  it("is its own up to the limit, and smaller with the same sides to each other above", () => {
    expect(sentSize({ width: 1600, height: 1200 })).toEqual({ width: 1600, height: 1200 });
    const { width, height } = sentSize({ width: 4000, height: 3000 });
    expect(width * height).toBeLessThanOrEqual(MAX_SENT_PIXELS);
    expect(width / height).toBeCloseTo(4 / 3, 2);
    expect(sentSize({ width: 10_000_000, height: 1 }).height).toBe(1);
  });
});

describe("the store", () => {
  it("draws at once, and again when what is selected is another", () => {
    const store = createStore({ one: 1, other: 1 });
    const drawn: number[] = [];
    store.watch(
      ({ one }) => [one],
      ({ one }) => drawn.push(one),
    );
    store.update((state) => ({ ...state, other: 2 }));
    store.update((state) => ({ ...state, one: 2 }));
    expect([drawn, store.read()]).toEqual([[1, 2], { one: 2, other: 2 }]);
  });
});
