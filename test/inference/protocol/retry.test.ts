import { describe, expect, it } from "vitest";
import { failureKinds, InferenceFailure } from "../../../src/inference/protocol/failure.ts";
import type { FailureKind } from "../../../src/inference/protocol/failure.ts";
import { retryDelayMs } from "../../../src/inference/protocol/retry.ts";

const settings = { attempts: 4, baseMs: 100, maxMs: 300 };
const failure = (retryAfterSeconds?: number) => new InferenceFailure("unavailable", "busy", { retryAfterSeconds });
const defaults = { made: 1, remainingMs: 10_000, random: 1 };

describe("retryDelayMs", () => {
  it("doubles its limit with each attempt, up to the maximum", () => {
    const delays = [1, 2, 3, 4].map((made) => retryDelayMs(failure(), { ...defaults, made }, settings));
    expect(delays).toEqual([100, 200, 300, undefined]);
  });

  it("is between 0 and the limit", () => {
    expect([0, 0.5, 1].map((random) => retryDelayMs(failure(), { ...defaults, random }, settings))).toEqual([
      0, 50, 100,
    ]);
  });

  it("adds jitter to Retry-After", () => {
    expect(retryDelayMs(failure(2), defaults, settings)).toBe(2100);
    expect(retryDelayMs(failure(0), defaults, settings)).toBe(100);
  });

  it("is undefined where the delay would exceed the deadline", () => {
    expect(retryDelayMs(failure(10), defaults, settings)).toBeUndefined();
    expect(retryDelayMs(failure(), { ...defaults, remainingMs: 100 }, settings)).toBeUndefined();
    expect(retryDelayMs(failure(), { ...defaults, remainingMs: 101 }, settings)).toBe(100);
  });

  it("is defined for retryable failures only", () => {
    const kinds = Object.keys(failureKinds).filter((kind): kind is FailureKind => Object.hasOwn(failureKinds, kind));
    const retried = kinds.filter(
      (kind) => retryDelayMs(new InferenceFailure(kind, "failed"), defaults, settings) !== undefined,
    );
    expect(retried).toEqual(["unreachable", "unavailable"]);
  });
});
