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

const image = { kind: "bytes", bytes: await bilevelPng(200, 100) } as const;

async function ask(task: string, generation: FakeGeneration, options: TaskOptions = {}) {
  const { backend, requests } = fakeBackend(generation);
  const service = createService({ backend, find: uncached(backend), limits: ISOLATE_LIMITS, now: () => 0 });
  const { answer } = await service.answer({ task, image, options }, callWith());
  return { answer: Answer.parse(answer), prompt: requests[0]?.prompts[0], requests };
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
  it("contains no special token if it is a text", async () => {
    const { answer, prompt } = await ask("caption", { text: "</s><s>a cat</s>" });
    expect(prompt).toBe("What does the image describe?");
    expect(answer).toMatchObject({ type: "text", task: "caption", ...common, text: "a cat" });
  });

  it("has boxes in source pixels and normalized, with scores from the location tokens", async () => {
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

  it("keeps the corners of quads", async () => {
    const { answer } = await ask("ocr-with-region", { text: `STOP${locations}${locations}` });
    expect(answer.type === "quads" && answer.objects[0]?.quad).toEqual([
      { x: 20.1, y: 20.05 },
      { x: 60.1, y: 40.05 },
      { x: 20.1, y: 20.05 },
      { x: 60.1, y: 40.05 },
    ]);
  });

  it("keeps the parts of a polygon instance", async () => {
    const ring = `${locations}<loc_500><loc_600>`;
    const { answer } = await ask(
      "referring-expression-segmentation",
      { text: `${ring}<sep>${ring}` },
      { text: "a cat" },
    );
    expect(answer.type === "polygons" && answer.objects.map(({ polygons }) => polygons.length)).toEqual([2]);
  });

  it("contains the objects of all labels, and uses the label where the model wrote none", async () => {
    const { answer } = await ask("open-vocabulary-detection", { text: locations }, { labels: ["cat", "dog"] });
    expect(answer).toMatchObject({ type: "boxes", usage: { prompt_tokens: 24, completion_tokens: 8 } });
    expect(answer.type === "boxes" && answer.objects.map(({ label }) => label)).toEqual(["cat", "dog"]);
  });

  it("keeps the label that the model wrote, even if another was requested", async () => {
    const { answer } = await ask("open-vocabulary-detection", { text: `fox${locations}` }, { text: "cat" });
    expect(answer.type === "boxes" && answer.objects.map(({ label }) => label)).toEqual(["fox"]);
  });

  it("has finish_reason length if the answer of one label was cut off", async () => {
    const generation = { text: locations, finishReason: "length" } as const;
    const { answer } = await ask("open-vocabulary-detection", generation, { labels: ["cat", "dog"] });
    expect(answer.finish_reason).toBe("length");
  });

  it("has finish_reason length if the generation was cut off", async () => {
    const { answer } = await ask("caption", { text: "a", finishReason: "length" }, { max_new_tokens: 3 });
    expect(answer.finish_reason).toBe("length");
  });
});

/** The model that the service lists if the backend's description has this domain. */
function modelOf(domain: { readonly domain?: string }) {
  const { backend } = fakeBackend({ text: "" });
  const model = async () => ({ ...(await backend.model()), ...domain });
  const find = uncached(backend);
  return createService({ backend: { ...backend, model }, find, limits: ISOLATE_LIMITS, now: () => 0 }).model();
}

describe("the model", () => {
  it("is listed with what it is for, which is empty if nobody knows", async () => {
    const listed = { id: "fake", revision: "1", dtype: "fp32", image_size: 256 };
    expect(await modelOf({})).toEqual({ ...listed, domain: "" });
    expect(await modelOf({ domain: "cats" })).toEqual({ ...listed, domain: "cats" });
  });
});

describe("the request to the backend", () => {
  it("contains a region as location tokens, the same from pixels, from 0..1 and from location tokens", async () => {
    const region = { x1: 20, y1: 20, x2: 60, y2: 40 };
    const normalized = { x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.4 };
    const pixels = await ask("region-to-category", { text: "cat" }, { region });
    const parts = await ask("region-to-category", { text: "cat" }, { normalized_region: normalized });
    expect(pixels.prompt).toBe("What is the region <loc_100><loc_200><loc_300><loc_400>?");
    expect(parts.prompt).toBe(pixels.prompt);
    const tokens = await ask("region-to-category", { text: "cat" }, { region: "<loc_100><loc_200><loc_300><loc_400>" });
    expect(tokens.prompt).toBe(pixels.prompt);
  });

  it("has one prompt for each label, all in one request", async () => {
    const { requests } = await ask("open-vocabulary-detection", { text: "" }, { labels: ["cat", "dog"] });
    expect(requests.map(({ prompts }) => prompts)).toEqual([["Locate cat in the image.", "Locate dog in the image."]]);
  });

  it("contains the decoding options of the caller", async () => {
    const { requests } = await ask("caption", { text: "a" }, { max_new_tokens: 3, beams: 2 });
    expect(requests[0]?.decoding).toEqual({ maxNewTokens: 3, beams: 2 });
  });
});

async function codeOf(task: string, options: TaskOptions = {}) {
  const thrown: unknown = await ask(task, { text: "" }, options).catch((error: unknown) => error);
  return thrown instanceof Problem ? thrown.code : thrown;
}

describe("an invalid task is rejected", () => {
  it.each([
    { x1: -1, y1: 0, x2: 10, y2: 10 },
    { x1: 0, y1: 0, x2: 201, y2: 10 },
    { x1: 0, y1: 0, x2: 10, y2: 101 },
    { x1: 10, y1: 0, x2: 10, y2: 10 },
    { x1: 0, y1: 20, x2: 10, y2: 10 },
  ])("with region-outside-image for the region %j", async (region) => {
    expect(await codeOf("region-to-category", { region })).toBe("region-outside-image");
  });

  it("with unknown-task if the task does not exist", async () => {
    expect(await codeOf("vqa")).toBe("unknown-task");
  });
});
