import { describe, expect, it } from "vitest";
import { failureKinds, InferenceFailure } from "../../../src/inference/protocol/failure.ts";
import type { FailureKind } from "../../../src/inference/protocol/failure.ts";
import { retryDelayMs } from "../../../src/inference/protocol/retry.ts";

const settings = { attempts: 4, baseMs: 100, maxMs: 300 };
const failure = (retryAfterSeconds?: number) => new InferenceFailure("unavailable", "busy", { retryAfterSeconds });
const plenty = { made: 1, remainingMs: 10_000, random: 1 };

describe("retryDelayMs", () => {
  it("doubles its bound with each attempt, up to the longest", () => {
    const pauses = [1, 2, 3, 4].map((made) => retryDelayMs(failure(), { ...plenty, made }, settings));
    expect(pauses).toEqual([100, 200, 300, undefined]);
  });

  it("lies anywhere between nothing and the bound", () => {
    expect([0, 0.5, 1].map((random) => retryDelayMs(failure(), { ...plenty, random }, settings))).toEqual([0, 50, 100]);
  });

  it("waits for what Retry-After asks for, and jitter more", () => {
    expect(retryDelayMs(failure(2), plenty, settings)).toBe(2100);
    expect(retryDelayMs(failure(0), plenty, settings)).toBe(100);
  });

  it("is none where it would outlast the deadline", () => {
    expect(retryDelayMs(failure(10), plenty, settings)).toBeUndefined();
    expect(retryDelayMs(failure(), { ...plenty, remainingMs: 100 }, settings)).toBeUndefined();
    expect(retryDelayMs(failure(), { ...plenty, remainingMs: 101 }, settings)).toBe(100);
  });

  it("is only for failures that another attempt may mend", () => {
    const kinds = Object.keys(failureKinds).filter((kind): kind is FailureKind => Object.hasOwn(failureKinds, kind));
    const retried = kinds.filter(
      (kind) => retryDelayMs(new InferenceFailure(kind, "failed"), plenty, settings) !== undefined,
    );
    expect(retried).toEqual(["unreachable", "unavailable"]);
  });
});
