import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { ageMsOf, ageOf, isWithinAge } from "../../src/cache/freshness.ts";

const HOUR_MS = 3_600_000;
const entryAt = (createdMs: number) => ({ value: 1, createdMs });

describe("the age of an entry", () => {
  it.each([
    [0, 0, true],
    [10_999, 10_999, true],
    [11_000, 11_000, false],
    // Another machine's clock may be a little ahead.
    [-1000, 0, true],
    [-1001, Infinity, false],
    [-HOUR_MS, Infinity, false],
  ])("%d ms after its creation is %d ms", (elapsedMs, ageMs, isWithinTenSeconds) => {
    const entry = entryAt(HOUR_MS);
    expect(ageMsOf(entry, HOUR_MS + elapsedMs)).toBe(ageMs);
    expect(isWithinAge(entry, 10, HOUR_MS + elapsedMs)).toBe(isWithinTenSeconds);
    expect(isWithinAge(entry, Infinity, HOUR_MS + elapsedMs)).toBe(true);
    expect(isWithinAge(entry, -1, HOUR_MS + elapsedMs)).toBe(false);
  });

  it("is a number that a header can have", () => {
    const time = integer({ min: 0, max: 2 * HOUR_MS });
    assert(property(time, time, (createdMs, nowMs) => /^\d+$/u.test(String(ageOf(entryAt(createdMs), nowMs)))));
  });
});
