import { describe, expect, it } from "vitest";
import { createService } from "../../src/answering/answer.ts";
import { Answer } from "../../src/contract/answers.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { TaskOptions } from "../../src/contract/requests.ts";
import { SCORE_TYPE } from "../../src/florence/score.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { fakeBackend, type FakeGeneration } from "../support/fake-backend.ts";
import { callWith, uncached } from "../support/calls.ts";
import { bilevelPng } from "../support/image-bytes.ts";

const picture = { kind: "bytes", bytes: await bilevelPng(200, 100) } as const;

async function ask(task: string, writing: FakeGeneration, options: TaskOptions = {}) {
  const { backend, asked } = fakeBackend(writing);
  const service = createService({ backend, find: uncached(backend), limits: ISOLATE_LIMITS, now: () => 0 });
  const { answer } = await service.answer({ task, image: picture, options }, callWith());
  return { answer: Answer.parse(answer), prompt: asked[0]?.prompts[0], asked };
}

const common = {
  source: { width: 200, height: 100 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
};
const box = { x1: 20.1, y1: 20.05, x2: 60.1, y2: 40.05 };
const normalizedBox = { x1: 0.1005, y1: 0.2005, x2: 0.3005, y2: 0.4005 };
const locations = "<loc_100><loc_200><loc_300><loc_400>";

describe("an answer", () => {
  it("that is a text holds no special token", async () => {
    const { answer, prompt } = await ask("caption", { text: "</s><s>a cat</s>" });
    expect(prompt).toBe("What does the image describe?");
    expect(answer).toMatchObject({ type: "text", task: "caption", ...common, text: "a cat" });
  });

  it("of boxes is in pixels of the source and normalised, with scores from the location tokens", async () => {
    const { answer } = await ask("object-detection", { text: `</s><s>cat${locations}</s>`, probability: 1 / 3 });
    expect(answer).toEqual({
      type: "boxes",
      task: "object-detection",
      ...common,
      usage: { prompt_tokens: 12, completion_tokens: 8 },
      score_type: SCORE_TYPE,
      box_format: "xyxy",
      objects: [{ label: "cat", score: 0.3333, box, normalized_box: normalizedBox }],
    });
  });

  it("of quads keeps the corners", async () => {
    const { answer } = await ask("ocr-with-region", { text: `STOP${locations}${locations}` });
    expect(answer.type === "quads" && answer.objects[0]?.quad).toEqual([
      { x: 20.1, y: 20.05 },
      { x: 60.1, y: 40.05 },
      { x: 20.1, y: 20.05 },
      { x: 60.1, y: 40.05 },
    ]);
  });

  it("of polygons keeps the instance's parts", async () => {
    const ring = `${locations}<loc_500><loc_600>`;
    const { answer } = await ask(
      "referring-expression-segmentation",
      { text: `${ring}<sep>${ring}` },
      { text: "a cat" },
    );
    expect(answer.type === "polygons" && answer.objects.map(({ polygons }) => polygons.length)).toEqual([2]);
  });

  it("to several labels holds every label's objects, and names what the model left unnamed", async () => {
    const { answer } = await ask("open-vocabulary-detection", { text: locations }, { labels: ["cat", "dog"] });
    expect(answer).toMatchObject({ type: "boxes", usage: { prompt_tokens: 24, completion_tokens: 8 } });
    expect(answer.type === "boxes" && answer.objects.map(({ label }) => label)).toEqual(["cat", "dog"]);
  });

  it("keeps a name that the model gave, though another was asked for", async () => {
    const { answer } = await ask("open-vocabulary-detection", { text: `fox${locations}` }, { text: "cat" });
    expect(answer.type === "boxes" && answer.objects.map(({ label }) => label)).toEqual(["fox"]);
  });

  it("is cut off if that of one label is", async () => {
    const writing = { text: locations, finishReason: "length" } as const;
    const { answer } = await ask("open-vocabulary-detection", writing, { labels: ["cat", "dog"] });
    expect(answer.finish_reason).toBe("length");
  });

  it("says when it was cut off", async () => {
    const { answer } = await ask("caption", { text: "a", finishReason: "length" }, { max_new_tokens: 3 });
    expect(answer.finish_reason).toBe("length");
  });
});

describe("what the model is asked", () => {
  it("holds a region as location tokens, the same from pixels, from 0..1 and from location tokens", async () => {
    const region = { x1: 20, y1: 20, x2: 60, y2: 40 };
    const normalized = { x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.4 };
    const pixels = await ask("region-to-category", { text: "cat" }, { region });
    const parts = await ask("region-to-category", { text: "cat" }, { normalized_region: normalized });
    expect(pixels.prompt).toBe("What is the region <loc_100><loc_200><loc_300><loc_400>?");
    expect(parts.prompt).toBe(pixels.prompt);
    const tokens = await ask("region-to-category", { text: "cat" }, { region: "<loc_100><loc_200><loc_300><loc_400>" });
    expect(tokens.prompt).toBe(pixels.prompt);
  });

  it("is one prompt for each label, on one look at the image", async () => {
    const { asked } = await ask("open-vocabulary-detection", { text: "" }, { labels: ["cat", "dog"] });
    expect(asked.map(({ prompts }) => prompts)).toEqual([["Locate cat in the image.", "Locate dog in the image."]]);
  });

  it("passes on how the caller wants it searched", async () => {
    const { asked } = await ask("caption", { text: "a" }, { max_new_tokens: 3, beams: 2 });
    expect(asked[0]?.decoding).toEqual({ maxNewTokens: 3, beams: 2 });
  });
});

async function codeOf(task: string, options: TaskOptions = {}) {
  const thrown: unknown = await ask(task, { text: "" }, options).catch((error: unknown) => error);
  return thrown instanceof Problem ? thrown.code : thrown;
}

describe("a refusal", () => {
  it.each([
    { x1: -1, y1: 0, x2: 10, y2: 10 },
    { x1: 0, y1: 0, x2: 201, y2: 10 },
    { x1: 0, y1: 0, x2: 10, y2: 101 },
    { x1: 10, y1: 0, x2: 10, y2: 10 },
    { x1: 0, y1: 20, x2: 10, y2: 10 },
  ])("of a region that is not inside the image: %j", async (region) => {
    expect(await codeOf("region-to-category", { region })).toBe("region-outside-image");
  });

  it("of a task that does not exist", async () => {
    expect(await codeOf("vqa")).toBe("unknown-task");
  });
});
