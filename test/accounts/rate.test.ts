import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RateDecision, type RatePolicy, type RateState, takeRate } from "../../src/accounts/rate.ts";

const NOW = Date.UTC(2026, 10, 30);
const requests = { name: "requests", requests: 3, seconds: 60 } as const satisfies RatePolicy;

/** Sends requests at the given times and returns whether each is allowed. */
function sendAt(policies: readonly RatePolicy[], times: readonly number[]): readonly boolean[] {
  let state: RateState = new Map();
  return times.map((time) => {
    const outcome = takeRate(policies, state, time);
    state = outcome.state;
    return outcome.isAllowed;
  });
}

/** Decisions of one policy after requests at the given times. */
function lastDecision(policy: RatePolicy, times: readonly number[]): RateDecision | undefined {
  let state: RateState = new Map();
  let last: RateDecision | undefined;
  for (const time of times) {
    const outcome = takeRate([policy], state, time);
    ({ state } = outcome);
    [last] = outcome.decisions;
  }
  return last;
}

describe("a rate", () => {
  it("allows as many requests at once as it has, and then one for each interval", () => {
    const times = [
      NOW,
      NOW,
      NOW,
      NOW,
      NOW + 19_999,
      NOW + 20_000,
      NOW + 20_000,
      NOW + 80_000,
      NOW + 80_000,
      NOW + 80_000,
    ];
    expect(sendAt([requests], times)).toEqual([true, true, true, false, false, true, false, true, true, true]);
  });

  it.each([
    ["the first", [NOW], { isAllowed: true, remaining: 2, resetSeconds: 20, retryAfterSeconds: 0 }],
    ["the last", [NOW, NOW, NOW], { isAllowed: true, remaining: 0, resetSeconds: 20, retryAfterSeconds: 0 }],
    ["one too many", [NOW, NOW, NOW, NOW], { isAllowed: false, remaining: 0, resetSeconds: 20, retryAfterSeconds: 20 }],
    [
      "one too early",
      [NOW, NOW, NOW, NOW + 19_001],
      { isAllowed: false, remaining: 0, resetSeconds: 1, retryAfterSeconds: 1 },
    ],
    [
      "one after a while",
      [NOW, NOW, NOW, NOW + 30_000],
      { isAllowed: true, remaining: 0, resetSeconds: 10, retryAfterSeconds: 0 },
    ],
    [
      "one long after",
      [NOW, NOW, NOW, NOW + 3_600_000],
      { isAllowed: true, remaining: 2, resetSeconds: 20, retryAfterSeconds: 0 },
    ],
  ])("tells %s what is left and when", (_, times, decision) => {
    expect(lastDecision(requests, times)).toEqual({ policy: requests, ...decision });
  });

  it("is exact where the interval is no whole number of milliseconds", () => {
    const seven = { name: "seven", requests: 7, seconds: 1 };
    expect(
      sendAt(
        [seven],
        Array.from({ length: 8 }, () => NOW),
      ),
    ).toEqual([true, true, true, true, true, true, true, false]);
  });
});

const burst = { name: "burst", requests: 2, seconds: 1 } as const;

describe("several rates", () => {
  it("may have any names", () => {
    const named = ["constructor", "to-string", "0"].map((name) => ({ ...requests, name }));
    expect(takeRate(named, new Map(), NOW).decisions.map(({ remaining }) => remaining)).toEqual([2, 2, 2]);
  });

  it("name the one that refuses, and a refused request counts in none", () => {
    let state: RateState = new Map();
    for (const _ of [1, 2]) ({ state } = takeRate([burst, requests], state, NOW));
    const refused = takeRate([burst, requests], state, NOW);
    expect(refused.decisions.filter(({ isAllowed }) => !isAllowed).map(({ policy }) => policy.name)).toEqual(["burst"]);
    expect(refused.decisions.map(({ remaining }) => remaining)).toEqual([0, 1]);
    expect(refused.state).toEqual(state);
    expect(takeRate([burst, requests], refused.state, NOW + 1000).isAllowed).toBe(true);
  });

  it("allow everything if there are none", () => {
    expect(takeRate([], new Map(), NOW)).toEqual({ isAllowed: true, state: new Map(), decisions: [] });
  });
});

/** Each row: milliseconds since the request before. */
const gaps = fc.array(fc.nat({ max: 5000 }), { maxLength: 60 });
const anyPolicy = fc.record({
  name: fc.constant("any"),
  requests: fc.integer({ min: 1, max: 20 }),
  seconds: fc.integer({ min: 1, max: 20 }),
});

/** The times of requests, of which each comes some milliseconds after the one before. */
function timesOf(steps: readonly number[]): readonly number[] {
  let time = NOW;
  return steps.map((step) => (time += step));
}

describe("a rate, beside a bucket that fills evenly", () => {
  it("allows and refuses the same requests", () => {
    fc.assert(
      fc.property(anyPolicy, gaps, (policy, steps) => {
        const times = timesOf(steps);
        // The bucket counts in millionths of a request, exactly, with the interval that is rounded to microseconds.
        const interval = Math.ceil((policy.seconds * 1e6) / policy.requests);
        const capacity = interval * policy.requests;
        let level = capacity;
        let before = NOW;
        const expected = times.map((time) => {
          level = Math.min(capacity, level + (time - before) * 1000);
          before = time;
          if (level < interval) return false;
          level -= interval;
          return true;
        });
        expect(sendAt([policy], times)).toEqual(expected);
      }),
    );
  });

  it("never allows more than twice its requests in any period", () => {
    fc.assert(
      fc.property(anyPolicy, gaps, (policy, steps) => {
        const times = timesOf(steps);
        const decisions = sendAt([policy], times);
        const allowed = times.filter((_, index) => decisions[index]);
        for (const start of allowed) {
          const within = allowed.filter((time) => time >= start && time < start + policy.seconds * 1000);
          expect(within.length).toBeLessThanOrEqual(2 * policy.requests);
        }
      }),
    );
  });

  it("keeps what it tells: a refused request is allowed after its seconds, and `remaining` requests at once", () => {
    fc.assert(
      fc.property(anyPolicy, gaps, (policy, steps) => {
        let state: RateState = new Map();
        for (const time of timesOf(steps)) {
          const outcome = takeRate([policy], state, time);
          const [decision] = outcome.decisions;
          const retryMs = (decision?.retryAfterSeconds ?? 0) * 1000;
          const later = outcome.isAllowed || takeRate([policy], outcome.state, time + retryMs).isAllowed;
          expect(later).toBe(true);
          let { state: after } = outcome;
          for (let left = decision?.remaining ?? 0; left > 0; left -= 1) {
            const next = takeRate([policy], after, time);
            expect(next.isAllowed).toBe(true);
            after = next.state;
          }
          expect(takeRate([policy], after, time).isAllowed).toBe(false);
          ({ state } = outcome);
        }
      }),
    );
  });
});

describe("a clock that jumps back", () => {
  it("makes a key wait for one interval after its next request at most, and gives it no burst", () => {
    fc.assert(
      fc.property(anyPolicy, gaps, fc.nat({ max: 1_000_000_000 }), (policy, steps, jump) => {
        let state: RateState = new Map();
        const times = timesOf(steps);
        for (const time of times) ({ state } = takeRate([policy], state, time));
        const now = (times.at(-1) ?? NOW) - jump;
        const [before] = takeRate([policy], state, now + jump).decisions;
        const afterJump = takeRate([policy], state, now);
        expect(afterJump.decisions[0]?.remaining).toBeLessThanOrEqual(before?.remaining ?? 0);
        const intervalMs = Math.ceil((policy.seconds * 1000) / policy.requests) + 1;
        const later = takeRate([policy], afterJump.state, now + intervalMs);
        expect(later.isAllowed).toBe(true);
        expect(afterJump.decisions[0]?.retryAfterSeconds).toBeLessThanOrEqual(policy.seconds);
      }),
    );
  });
});
