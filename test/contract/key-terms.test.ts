import { describe, expect, it } from "vitest";
import { KeyExpiry, KeyTerms, MAX_CONCURRENCY, MAX_RATE_POLICIES } from "../../src/contract/key-terms.ts";
import { MAX_AMOUNT } from "../../src/contract/micro-usd.ts";
import { isScope, scopes } from "../../src/contract/scopes.ts";

/** Paths of the fields that are refused. */
function refused(given: object): readonly string[] {
  return (KeyTerms.safeParse(given).error?.issues ?? []).map(({ path }) => path.join("."));
}

describe("the terms of a key", () => {
  it("without any limit may ask the model and read its usage", () => {
    expect(KeyTerms.parse({})).toEqual({ scopes: ["infer", "usage:read"] });
  });

  it("are taken as they are sent", () => {
    const terms = {
      scopes: Object.keys(scopes),
      tasks: ["caption", "ocr"],
      caps: { day: 1_000_000, month: 0, total: MAX_AMOUNT },
      rates: [
        { name: "burst", requests: 10, seconds: 1 },
        { name: "hour", requests: 600, seconds: 3600 },
      ],
      concurrency: 8,
    };
    expect(KeyTerms.parse(terms)).toEqual(terms);
    expect(KeyTerms.parse({ rates: [{ requests: 600, seconds: 60 }] }).rates?.[0]?.name).toBe("requests");
  });

  it.each([
    ["no scope", { scopes: [] }, "scopes"],
    ["an unknown scope", { scopes: ["admin"] }, "scopes.0"],
    ["a scope twice", { scopes: ["infer", "infer"] }, "scopes"],
    ["no task", { tasks: [] }, "tasks"],
    ["an unknown task", { tasks: ["vqa"] }, "tasks.0"],
    ["a name of Object.prototype", { tasks: ["constructor"] }, "tasks.0"],
    ["a negative cap", { caps: { day: -1 } }, "caps.day"],
    ["a fractional cap", { caps: { month: 0.5 } }, "caps.month"],
    ["a cap beyond any amount", { caps: { total: MAX_AMOUNT + 1 } }, "caps.total"],
    ["a cap of a week", { caps: { week: 1 } }, "caps"],
    ["no requests", { rates: [{ requests: 0, seconds: 1 }] }, "rates.0.requests"],
    ["a rate that no object can take", { rates: [{ requests: 60_001, seconds: 60 }] }, "rates.0.requests"],
    ["no seconds", { rates: [{ requests: 1, seconds: 0 }] }, "rates.0.seconds"],
    ["a name that a header would have to escape", { rates: [{ name: '"', requests: 1, seconds: 1 }] }, "rates.0.name"],
    [
      "two rates of one name",
      {
        rates: [
          { requests: 1, seconds: 1 },
          { requests: 2, seconds: 60 },
        ],
      },
      "rates",
    ],
    [
      "too many rates",
      {
        rates: Array.from({ length: MAX_RATE_POLICIES + 1 }, (_, at) => ({ name: `r${at}`, requests: 1, seconds: 1 })),
      },
      "rates",
    ],
    ["no concurrency", { concurrency: 0 }, "concurrency"],
    ["too much concurrency", { concurrency: MAX_CONCURRENCY + 1 }, "concurrency"],
    ["a field that does not exist", { limit: 1 }, ""],
  ])("may not have %s", (_, given, path) => {
    expect(refused(given)[0]).toBe(path);
  });

  it("have scopes that no name of Object.prototype is", () => {
    expect(isScope("infer")).toBe(true);
    expect(isScope("constructor")).toBe(false);
  });
});

describe("the end of a key", () => {
  it.each(["2027-01-31T00:00:00Z", "2027-01-31T00:00:00.5+02:00"])("may be %s", (text) => {
    expect(KeyExpiry.safeParse(text).success).toBe(true);
  });

  it.each(["2027-01-31", "2027-02-30T00:00:00Z", "2027-01-31T00:00:00", "tomorrow", 0])("may not be %j", (text) => {
    expect(KeyExpiry.safeParse(text).success).toBe(false);
  });
});
