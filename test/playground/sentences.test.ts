import { describe, expect, it } from "vitest";
import { MAX_UPLOAD_PIXELS, uploadSize } from "../../src/playground/selected-image.ts";
import { ageOf, cacheSentence, summaryOf } from "../../src/playground/sentences.ts";
import { spansOf } from "../../src/playground/spans.ts";
import { createStore } from "../../src/playground/store.ts";

const missed = { hit: false, fwd: "miss", stored: true, collapsed: false, stale: false, age: 0 };
const normalized_box = { x1: 0, y1: 0, x2: 1, y2: 1 };

describe("sentences", () => {
  it("summarise an answer: its text, or objects by label, most frequent first", () => {
    const objects = ["cat", "dog", "dog", ""].map((label) => ({ label, score: 1, normalized_box }));
    expect(summaryOf({ type: "boxes", objects })).toBe("4 objects: 2 × dog, cat.");
    expect(summaryOf({ type: "boxes", objects: objects.slice(3) })).toBe("1 object.");
    expect(summaryOf({ type: "boxes", objects: [] })).toBe("Nothing was found.");
    expect(summaryOf({ type: "text", text: "a cat" })).toBe("a cat");
  });

  it("describe a cache report", () => {
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
  ])("format an age of %s seconds as %s", (seconds, text) => expect(ageOf(seconds)).toBe(text));
});

describe("spansOf", () => {
  it("splits the time into spans that do not overlap", () => {
    const spans = spansOf({ ms: 100, timings: { intake: 1, generate: 80, queue: 0.1, encode: 50, decode: 20 } });
    expect(spans.map(([name]) => name)).toEqual(["intake", "generate", "encode", "decode", "elsewhere"]);
    expect(spans.reduce((sum, [, ms]) => sum + ms, 0)).toBeCloseTo(100 - 0.1, 6);
  });

  it("counts all time as elsewhere without timings", () => {
    expect(spansOf({ ms: 12, timings: {} })).toEqual([["elsewhere", 12]]);
  });
});

describe("uploadSize", () => {
  it("keeps a size up to the limit, and scales a larger one with the same aspect ratio", () => {
    expect(uploadSize({ width: 1600, height: 1200 })).toEqual({ width: 1600, height: 1200 });
    const { width, height } = uploadSize({ width: 4000, height: 3000 });
    expect(width * height).toBeLessThanOrEqual(MAX_UPLOAD_PIXELS);
    expect(width / height).toBeCloseTo(4 / 3, 2);
    expect(uploadSize({ width: 10_000_000, height: 1 }).height).toBe(1);
  });
});

describe("the store", () => {
  it("renders at once, and again when the selected values change", () => {
    const store = createStore({ one: 1, other: 1 });
    const rendered: number[] = [];
    store.watch(
      ({ one }) => [one],
      ({ one }) => rendered.push(one),
    );
    store.update((state) => ({ ...state, other: 2 }));
    store.update((state) => ({ ...state, one: 2 }));
    expect([rendered, store.read()]).toEqual([[1, 2], { one: 2, other: 2 }]);
  });
});
