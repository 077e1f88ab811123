import { describe, expect, it } from "vitest";
import { MAX_ANALYZE_TASKS } from "../../src/contract/analyze.ts";
import { MAX_BATCH_ITEMS } from "../../src/contract/batch.ts";
import { MAX_NEW_TOKENS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "../../src/contract/requests.ts";
import { IMAGE_UNITS, MAX_REQUEST_UNITS, promptUnits } from "../../src/contract/work-units.ts";
import { checkedUnits, requestUnits } from "../../src/http/check-work.ts";

const labels = Array.from({ length: MAX_LABELS }, (_, index) => `label ${index}`);

describe("units of work", () => {
  it.each([
    ["a prompt with one beam and 256 tokens", { beams: 1, maxNewTokens: 256 }, 1],
    ["a short one", { beams: 1, maxNewTokens: 1 }, 1],
    ["one with the reference's settings", { beams: 3, maxNewTokens: 1024 }, 12],
    ["one without settings", {}, 3],
    ["one token more than a unit", { beams: 1, maxNewTokens: 257 }, 2],
  ])("of %s", (_, cost, units) => {
    expect(promptUnits(cost)).toBe(units);
  });

  it("of a request are those of its images and of its prompts, a label being a prompt", () => {
    expect(requestUnits([{ labels: ["a", "b"], beams: 1 }, { beams: 2 }], 3)).toBe(3 * IMAGE_UNITS + 2 + 2);
  });
});

describe("the work of one request", () => {
  const reference = { beams: 3, max_new_tokens: MAX_NEW_TOKENS };

  it.each([
    ["64 labels with one beam and any length", [{ labels, beams: 1, max_new_tokens: MAX_NEW_TOKENS }], 1],
    ["64 labels with five beams", [{ labels, beams: MAX_BEAMS }], 1],
    ["32 tasks on one image", Array.from({ length: MAX_ANALYZE_TASKS }, () => reference), 1],
    ["a batch of 32", Array.from({ length: MAX_BATCH_ITEMS }, () => reference), MAX_BATCH_ITEMS],
  ])("may be %s", (_, tasks, images) => {
    expect(requestUnits(tasks, images)).toBeLessThanOrEqual(MAX_REQUEST_UNITS);
    expect(() => checkedUnits(tasks, images)).not.toThrow();
  });

  it("may not be 64 labels with five beams and any length", () => {
    const tasks = [{ labels, beams: MAX_BEAMS, max_new_tokens: MAX_NEW_TOKENS }];
    expect(() => checkedUnits(tasks, 1)).toThrow(expect.objectContaining({ code: "too-much-work" }));
  });

  it("may not be one unit more than the limit", () => {
    const prompts = MAX_REQUEST_UNITS - IMAGE_UNITS;
    const tasks = Array.from({ length: prompts }, () => ({ beams: 1 }));
    expect(() => checkedUnits(tasks, 1)).not.toThrow();
    expect(() => checkedUnits([...tasks, { beams: 1 }], 1)).toThrow(expect.objectContaining({ code: "too-much-work" }));
  });
});
