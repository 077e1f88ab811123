import { describe, expect, it } from "vitest";
import { promptFor } from "../../src/florence/prompt.ts";
import { isTaskName, type TaskName, tasks } from "../../src/florence/tasks.ts";

const size = { width: 640, height: 480 };
const region = { x1: 96, y1: 34, x2: 208, y2: 313 };
const tokens = "<loc_150><loc_70><loc_325><loc_652>";

describe("the prompt of a task", () => {
  it.each<[TaskName, string]>([
    ["caption-to-phrase-grounding", "Locate the phrases in the caption: a red car"],
    ["referring-expression-segmentation", "Locate a red car in the image with mask"],
    ["open-vocabulary-detection", "Locate a red car in the image."],
  ])("%s is its sentence with the trimmed text", (task, prompt) => {
    expect(promptFor(task, { text: " a red car\n" }, size)).toEqual({ ok: true, prompt });
  });

  it.each<[TaskName, string]>([
    ["region-to-segmentation", `What is the polygon mask of region ${tokens}`],
    ["region-to-category", `What is the region ${tokens}?`],
    ["region-to-description", `What does the region ${tokens} describe?`],
    ["region-to-ocr", `What text is in the region ${tokens}?`],
  ])("%s is its sentence with the region's tokens", (task, prompt) => {
    expect(promptFor(task, { region }, size)).toEqual({ ok: true, prompt });
  });

  it("is the bare sentence if the task takes no input", () => {
    const names = Object.keys(tasks)
      .filter(isTaskName)
      .filter((name) => tasks[name].input === "none");
    expect(names).toHaveLength(8);
    for (const name of names) expect(promptFor(name, {}, size)).toEqual({ ok: true, prompt: tasks[name].sentence });
  });

  // The vocabulary has no token with leading zeros: it would be read as nine characters.
  it("contains a region in the tokens of the vocabulary, whatever zeros they lead with", () => {
    const result = promptFor("region-to-category", { region: "<loc_265><loc_000><loc_0562><loc_000354>" }, size);
    expect(result).toEqual({ ok: true, prompt: "What is the region <loc_265><loc_0><loc_562><loc_354>?" });
  });

  it("contains a region in location tokens unchanged", () => {
    const result = promptFor("region-to-category", { region: "<loc_0><loc_2><loc_0><loc_999>" }, size);
    expect(result).toEqual({ ok: true, prompt: "What is the region <loc_0><loc_2><loc_0><loc_999>?" });
  });

  it("quantizes a normalized region on the source's size", () => {
    const normalizedRegion = { x1: 0.15, y1: 0.1, x2: 0.325, y2: 1 };
    const result = promptFor("region-to-category", { normalizedRegion }, size);
    expect(result).toEqual({ ok: true, prompt: "What is the region <loc_150><loc_100><loc_325><loc_999>?" });
  });

  it("does not interpret patterns or placeholders in a text", () => {
    const result = promptFor("open-vocabulary-detection", { text: "$& {input} $1" }, size);
    expect(result).toEqual({ ok: true, prompt: "Locate $& {input} $1 in the image." });
  });
});

describe("there is no prompt", () => {
  it.each<[TaskName, Parameters<typeof promptFor>[1], string]>([
    ["caption-to-phrase-grounding", {}, "text-required"],
    ["caption-to-phrase-grounding", { text: " \n" }, "text-required"],
    ["open-vocabulary-detection", {}, "text-required"],
    ["region-to-ocr", { text: "a cat" }, "region-required"],
    ["region-to-ocr", { region: { ...region, x2: 641 } }, "region-outside-image"],
    ["region-to-ocr", { region: "<loc_5><loc_2><loc_4><loc_9>" }, "region-outside-image"],
    ["region-to-ocr", { region: "<loc_1><loc_2><loc_3>" }, "region-outside-image"],
    ["region-to-ocr", { region: "<loc_1><loc_2><loc_3><loc_4> and more" }, "region-outside-image"],
    ["region-to-ocr", { normalizedRegion: { x1: 0, y1: 0, x2: 1.1, y2: 1 } }, "region-outside-image"],
  ])("for %s with %j: %s", (task, input, refusal) => {
    expect(promptFor(task, input, size)).toEqual({ ok: false, refusal });
  });
});
