import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import {
  isPricedTask,
  itemPrices,
  PRICE_REVISION,
  pricePerUnit,
  priceRules,
  promptPrice,
  requestPrice,
} from "../../src/contract/prices.ts";
import { MAX_NEW_TOKENS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "../../src/contract/requests.ts";
import { MAX_REQUEST_UNITS } from "../../src/contract/work-units.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { requestUnits } from "../../src/http/check-work.ts";

/** SHA-256 of the rows of each revision that was ever published. */
const revisions: Readonly<Record<string, string>> = {
  "2026-11-30": "c42fb0b797da8a7d1f2c1a3f26e2b47bf74638019ca458471790235e264744d2",
};

const names = Object.keys(pricePerUnit).filter(isPricedTask);

describe("the price table", () => {
  it("has a row for every task of the model, and no other", () => {
    expect(Object.keys(pricePerUnit).toSorted()).toEqual(Object.keys(tasks).toSorted());
  });

  it("has a revision of its own for each change of its rows", async () => {
    expect(await sha256(JSON.stringify(pricePerUnit))).toBe(revisions[PRICE_REVISION]);
  });

  it("has positive whole numbers, so that nothing is rounded", () => {
    for (const price of Object.values(pricePerUnit)) expect(Number.isSafeInteger(price) && price > 0).toBe(true);
  });

  it("charges neither failures nor repeats", () => {
    expect(priceRules).toEqual({ failed: 0, repeat: 0 });
  });
});

describe("a price", () => {
  it.each([
    ["a caption", "caption", {}, [300]],
    ["a caption with one beam", "caption", { beams: 1 }, [100]],
    ["a caption with the reference's settings", "caption", { beams: 3, max_new_tokens: 1024 }, [1200]],
    ["a caption with one token, which is a unit", "caption", { beams: 1, max_new_tokens: 1 }, [100]],
    ["each label", "open-vocabulary-detection", { labels: ["a", "b"], beams: 1 }, [150, 150]],
    ["one text", "open-vocabulary-detection", { text: "a", beams: 1 }, [150]],
    ["a task that does not exist", "vqa", {}, []],
    ["a name of Object.prototype", "constructor", {}, []],
  ])("is that of %s", (_, task, options, prices) => {
    expect(itemPrices({ task, options })).toEqual(prices);
  });

  it("is nothing for an item with a problem", () => {
    expect(itemPrices({ task: "caption", problem: new Error("invalid") })).toEqual([]);
    expect(
      requestPrice([
        { task: "caption", problem: undefined },
        { task: "ocr", options: { beams: 1 } },
      ]),
    ).toBe(100);
  });

  it("does not depend on the form of the answer, which is drawn from the same generation", () => {
    expect(itemPrices({ task: "caption", options: { format: "flat" } })).toEqual(
      itemPrices({ task: "caption", options: {} }),
    );
  });
});

const anyItem = fc.record({
  task: fc.constantFrom(...names),
  options: fc.record(
    {
      beams: fc.integer({ min: 1, max: MAX_BEAMS }),
      max_new_tokens: fc.integer({ min: 1, max: MAX_NEW_TOKENS }),
      labels: fc.array(fc.string(), { minLength: 1, maxLength: MAX_LABELS }),
    },
    { requiredKeys: [] },
  ),
});
const anyItems = fc.array(anyItem, { maxLength: 32 });

describe("the price of a request", () => {
  it("is the sum of its prompts' prices", () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const prompts = items.flatMap(({ task, options: { labels = [""], beams, max_new_tokens: maxNewTokens } }) =>
          labels.map(() => promptPrice(task, { beams, maxNewTokens })),
        );
        expect(items.flatMap(itemPrices)).toEqual(prompts);
        expect(requestPrice(items)).toBe(prompts.reduce((sum, price) => sum + price, 0));
      }),
    );
  });

  it("counts the units that bound requests: with one price for all tasks, it would be in proportion to them", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), anyItems, (task, items) => {
        const options = items.map((item) => item.options);
        const price = requestPrice(options.map((each) => ({ task, options: each })));
        expect(price).toBe(pricePerUnit[task] * requestUnits(options, 0));
      }),
    );
  });

  it("is a small fraction of what a number can hold, at most", () => {
    const dearest = Math.max(...Object.values(pricePerUnit)) * MAX_REQUEST_UNITS;
    expect(dearest).toBeLessThan(1_000_000);
  });
});
