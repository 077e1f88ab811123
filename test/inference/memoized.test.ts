import { describe, expect, it } from "vitest";
import { MEMOIZE_TTL_MS, memoized } from "../../src/inference/memoized.ts";

describe("a memoized value", () => {
  it.each([
    [MEMOIZE_TTL_MS - 1, 1],
    [MEMOIZE_TTL_MS, 2],
    // The clock was set back: the value would otherwise be valid until it has caught up.
    [-3_600_000, 2],
  ])("was computed, after a change of the clock by %d ms, so many times: %d", async (elapsedMs, expected) => {
    let [clock, computed] = [3_600_000, 0];
    const value = memoized(
      async () => (computed += 1),
      () => clock,
    );
    await value();
    clock += elapsedMs;
    expect(await value()).toBe(expected);
  });
});
