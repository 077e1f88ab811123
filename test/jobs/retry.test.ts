import { describe, expect, it } from "vitest";
import { problemCodes } from "../../src/contract/problem-details.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { isFault } from "../../src/contract/problems.ts";
import { againAfterMs, FIRST_WAIT_MS, MAX_CALLERS_ATTEMPTS, MAX_WAIT_MS } from "../../src/jobs/retry.ts";

const first = { attempt: 1, faults: 0 };
const late = { attempt: 400, faults: 0 };

describe("a job whose attempt had a problem", () => {
  it.each(problemCodes.filter((code) => isFault(code) && code !== "job-abandoned"))(
    "is begun again all day after a fault: %s",
    (code) => {
      expect(againAfterMs(code, first)).toBe(FIRST_WAIT_MS);
      expect(againAfterMs(code, late)).toBe(MAX_WAIT_MS);
    },
  );

  it.each(["overloaded", "rate-limited", "too-many-at-once", "ledger-unavailable", "storage-unavailable"] as const)(
    "is begun again all day while something is busy: %s",
    (code) => expect(againAfterMs(code, late)).toBe(MAX_WAIT_MS),
  );

  it.each(["image-url-unreachable", "image-url-timeout", "upload-empty", "deadline-exceeded"] as const)(
    "is begun again a few times if its caller named what fails: %s",
    (code) => {
      expect(againAfterMs(code, { attempt: 300, faults: MAX_CALLERS_ATTEMPTS - 2 })).toBe(MAX_WAIT_MS);
      expect(againAfterMs(code, { attempt: 300, faults: MAX_CALLERS_ATTEMPTS - 1 })).toBeUndefined();
    },
  );

  it("is not begun again after any other", () => {
    const ended = problemCodes.filter((code) => againAfterMs(code, first) === undefined);
    const isFinal = (code: (typeof problemCodes)[number]) => !problems[code].retryable && !isFault(code);
    expect(ended).toEqual(problemCodes.filter((code) => isFinal(code) || code === "job-abandoned"));
  });

  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 80],
    [6, 160],
    [7, 300],
    [8, 300],
    [2000, 300],
  ])("waits twice as long each time: attempt %d, %d s", (attempt, seconds) => {
    expect(againAfterMs("backend-unavailable", { attempt, faults: 0 })).toBe(seconds * 1000);
  });

  it.each([
    [0, 5],
    [60, 60],
    [4000, 3600],
  ])("waits as long as the problem says, for an hour at most: %d", (retryAfterSeconds, seconds) => {
    expect(againAfterMs("rate-limited", { ...first, retryAfterSeconds })).toBe(seconds * 1000);
  });
});
