import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pricing } from "../../src/contract/pricing.ts";
import { isPricedTask, pricePerUnit, requestPrice } from "../../src/contract/prices.ts";
import { MAX_NEW_TOKENS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "../../src/contract/requests.ts";
import { dollars, hasPrices, priceOf } from "../../src/playground/price.ts";
import { chargeSentence } from "../../src/playground/sentences.ts";

const tasks = Object.keys(pricePerUnit).filter(isPricedTask);
const anyOptions = fc.record(
  {
    beams: fc.integer({ min: 1, max: MAX_BEAMS }),
    max_new_tokens: fc.integer({ min: 1, max: MAX_NEW_TOKENS }),
    labels: fc.array(fc.constant("cat"), { minLength: 1, maxLength: MAX_LABELS }),
  },
  { requiredKeys: [] },
);

describe("the price on the page", () => {
  it("is what the API charges", () => {
    fc.assert(
      fc.property(fc.constantFrom(...tasks), anyOptions, (task, options) => {
        expect(priceOf(pricing, task, options)).toBe(requestPrice([{ task, options }]));
      }),
    );
  });

  it("is unknown for a task without one, and as without options where they are mistyped", () => {
    expect(priceOf(pricing, "vqa", {})).toBeUndefined();
    expect(priceOf(pricing, "caption", { beams: "many", labels: [] })).toBe(300);
  });

  it("is there if the API's document has prices", () => {
    const components = { schemas: {} };
    expect(hasPrices({ paths: {}, components })).toBe(false);
    expect(hasPrices({ paths: { "/v1/pricing": {} }, components })).toBe(true);
  });

  it.each([
    [0, "$0.00"],
    [1500, "$0.0015"],
    [4_999_700, "$4.9997"],
    [-1, "-$0.000001"],
  ])("%d is shown as %s", (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });

  it.each([
    [{ amount: 300, id: "a", isRepeat: false, balance: 700 }, "Cost $0.0003. $0.0007 are left."],
    [{ amount: 0, id: "a", isRepeat: true, balance: undefined }, "Free: your account has paid for it."],
  ])("%j is told afterwards", (charge, text) => {
    expect(chargeSentence(charge)).toBe(text);
  });
});
