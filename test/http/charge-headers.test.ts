import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RateDecision, type RateState, takeRate } from "../../src/accounts/rate.ts";
import { chargeHeaders } from "../../src/http/charge-headers.ts";
import { maxPriceOf } from "../../src/http/max-price.ts";
import { rateLimitHeaders } from "../../src/http/rate-limit-headers.ts";
import { readFieldItems } from "../support/field-items.ts";

const id = `chg_${"0123456789abcdef".repeat(2)}`;

describe("Charge and Balance", () => {
  it.each([
    [
      { amount: 1500, ids: [id], isRepeat: false, balance: 984_500 },
      `1500;unit="usd-micro";id="${id}";repeat=?0`,
      "984500",
    ],
    [{ amount: 0, ids: [id], isRepeat: true, balance: -20 }, `0;unit="usd-micro";id="${id}";repeat`, "-20"],
    [{ amount: 300, ids: [id, id, id], isRepeat: false }, '300;unit="usd-micro";count=3;repeat=?0', undefined],
    [{ amount: 0, ids: [], isRepeat: false, balance: 0 }, '0;unit="usd-micro";count=0;repeat=?0', "0"],
    // What no Integer can tell is left out: an answer that is paid for is sent.
    [{ amount: 0, ids: [id], isRepeat: true, balance: 1e15 }, `0;unit="usd-micro";id="${id}";repeat`, undefined],
  ])("of %j", (report, charge, balance) => {
    expect(chargeHeaders(report)).toEqual({ charge, ...(balance === undefined ? {} : { balance }) });
  });

  it("are short, however many charges there are", () => {
    const ids = Array.from({ length: 512 }, () => id);
    expect(chargeHeaders({ amount: 1, ids, isRepeat: false }).charge?.length).toBeLessThan(100);
  });
});

describe("RateLimit and RateLimit-Policy", () => {
  const now = Date.UTC(2026, 10, 30);
  const requests = { name: "requests", requests: 600, seconds: 60 };
  const burst = { name: "burst", requests: 2, seconds: 1 };

  it("are those of the draft after a first request", () => {
    expect(rateLimitHeaders(takeRate([requests], new Map(), now).decisions)).toEqual({
      "ratelimit-policy": '"requests";q=600;w=60',
      ratelimit: '"requests";r=599;t=1',
    });
  });

  it("name every policy, and requests in progress as a quota without a window", () => {
    expect(
      rateLimitHeaders(takeRate([requests, burst], new Map(), now).decisions, { limit: 8, inProgress: 3 }),
    ).toEqual({
      "ratelimit-policy": '"requests";q=600;w=60, "burst";q=2;w=1, "concurrent";q=8;qu="concurrent-requests"',
      ratelimit: '"requests";r=599;t=1, "burst";r=1;t=1, "concurrent";r=5',
    });
    expect(rateLimitHeaders([], { limit: 8, inProgress: 9 }).ratelimit).toBe('"concurrent";r=0');
  });

  it("are left out for a key without any", () => {
    expect(rateLimitHeaders([])).toEqual({});
  });

  it("agree with Retry-After, and have the same names in the same order", () => {
    const policy = fc.record({
      name: fc.stringMatching(/^[a-z0-9-]{1,32}$/u),
      requests: fc.integer({ min: 1, max: 50 }),
      seconds: fc.integer({ min: 1, max: 100 }),
    });
    const policies = fc.uniqueArray(policy, { minLength: 1, maxLength: 4, selector: ({ name }) => name });
    fc.assert(
      fc.property(policies, fc.array(fc.nat({ max: 2000 }), { minLength: 1, maxLength: 60 }), (all, steps) => {
        let state: RateState = new Map();
        let time = now;
        let decisions: readonly RateDecision[] = [];
        for (const step of steps) {
          time += step;
          ({ state, decisions } = takeRate(all, state, time));
        }
        const headers = rateLimitHeaders(decisions);
        const limits = readFieldItems(headers.ratelimit ?? "");
        expect(limits.map(([name]) => name)).toEqual(all.map(({ name }) => name));
        expect(readFieldItems(headers["ratelimit-policy"] ?? "").map(([name]) => name)).toEqual(
          all.map(({ name }) => name),
        );
        for (const [index, decision] of decisions.entries()) {
          const { isAllowed, retryAfterSeconds, remaining, resetSeconds } = decision;
          const expected = isAllowed ? { r: remaining, t: resetSeconds } : { r: 0, t: retryAfterSeconds };
          expect(limits[index]?.[1]).toEqual(expected);
        }
      }),
    );
  });
});

describe("Max-Price", () => {
  it.each([
    ["1500", 1500],
    ["0", 0],
    [" 1500 ", 1500],
    ["999999999999999", 999_999_999_999_999],
  ])("%j is %i micro-US-dollars", (field, price) => {
    expect(maxPriceOf(new Headers({ "max-price": field }))).toBe(price);
  });

  it.each(["", "-1", "1.5", "1e3", "$1", "1500;unit=usd", "1, 2", "1000000000000000"])("is not %j", (field) => {
    expect(() => maxPriceOf(new Headers({ "max-price": field }))).toThrow(
      expect.objectContaining({ code: "invalid-request", issues: [expect.objectContaining({ path: "Max-Price" })] }),
    );
  });

  it("may be left out", () => {
    expect(maxPriceOf(new Headers())).toBeUndefined();
  });
});
