import { describe, expect, it } from "vitest";
import { answerBatch } from "../../src/answering/batch.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { AnalyzeRequest, Analyzed, BatchItem, ImageInput } from "../../src/contract/service.ts";
import { cachedService, callWith } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";
import { bilevelPng } from "../support/image-bytes.ts";
import { nextTask } from "../support/tiny-backend.ts";

const url = (name: string): ImageInput => ({ kind: "url", url: `https://a.test/${name}` });
const item = (name: string, task = "caption"): BatchItem => ({ task, image: url(name), options: {} });
/** A different image for each width. */
async function png(width: number): Promise<ImageInput> {
  return { kind: "base64", text: btoa(String.fromCharCode(...(await bilevelPng(width, 10)))) };
}
const hit = { ...cacheMiss, hit: true, fwd: undefined, stored: false };

/** Answers a batch with captions that name their image and task; the images in `broken` fail with these errors. */
async function batch(items: readonly BatchItem[], broken: Readonly<Record<string, Error>> = {}, concurrency = 2) {
  const requests: AnalyzeRequest[] = [];
  let [running, maxRunning] = [0, 0];
  const analyze = async (request: AnalyzeRequest): Promise<Analyzed> => {
    requests.push(request);
    running += 1;
    maxRunning = Math.max(maxRunning, running);
    // Earlier requests take longer, so that completion order differs from request order.
    for (let step = requests.length; step < 9; step += 1) await nextTask();
    running -= 1;
    const name = request.image.kind === "url" ? request.image.url.slice("https://a.test/".length) : "";
    const failure = broken[name];
    if (failure !== undefined) throw failure;
    const results = request.items.map(({ task }) => ({ ...fakeAnswer, text: `${name} ${task}` }));
    return { results, cache: name.startsWith("held") ? hit : cacheMiss, timings: { intake: 1, generate: 2 } };
  };
  const answered = await answerBatch({ items }, callWith(), { analyze, concurrency });
  const texts = answered.results.map((result) => {
    if (result instanceof Problem) return result.code;
    return "text" in result ? result.text : undefined;
  });
  return { ...answered, texts, requests, maxRunning };
}

describe("a batch", () => {
  it("returns results in the order of its items, and limits concurrent images", async () => {
    const { texts, maxRunning } = await batch(["a", "b", "c", "d", "e"].map((name) => item(name)));
    expect(texts).toEqual(["a caption", "b caption", "c caption", "d caption", "e caption"]);
    expect(maxRunning).toBe(2);
  });

  it("analyzes an image once for several items", async () => {
    const { texts, requests } = await batch([item("a"), item("b"), item("a", "ocr")]);
    expect(texts).toEqual(["a caption", "b caption", "a ocr"]);
    expect(requests.map(({ items }) => items.length)).toEqual([2, 1]);
  });

  it("returns the failure of an image as the problem of each of its items only", async () => {
    const bad: BatchItem = { task: "vqa", problem: new Problem("unknown-task", "none") };
    const broken = { a: new Problem("image-url-unreachable", "gone") };
    const { texts, requests } = await batch([item("a"), bad, item("b"), item("a", "ocr")], broken);
    expect(texts).toEqual(["image-url-unreachable", "unknown-task", "b caption", "image-url-unreachable"]);
    expect(requests).toHaveLength(2);
  });

  it.each([new Problem("request-cancelled", "gone"), new TypeError("a bug")])(
    "rejects with an error that is no item's own, and starts no further image: %s",
    async (failure) => {
      const kinds: string[] = [];
      const items = ["a", "b", "c"].map((name) => item(name));
      const analyze = async ({ image }: AnalyzeRequest): Promise<Analyzed> => {
        kinds.push(image.kind);
        throw failure;
      };
      await expect(answerBatch({ items }, callWith(), { analyze, concurrency: 1 })).rejects.toBe(failure);
      expect(kinds).toHaveLength(1);
    },
  );

  it("is a hit if every cache lookup was one, and adds up the stages", async () => {
    const broken = { a: new Problem("image-corrupt", "cut") };
    const held = await batch([item("held-1"), item("a"), item("held-2")], broken);
    expect(held.cache.hit).toBe(true);
    expect(held.timings).toEqual({ intake: 2, generate: 4 });
    const half = await batch([item("held-1"), item("b")]);
    expect(half.cache).toMatchObject({ hit: false, fwd: "miss" });
  });
});

describe("the service's batch", () => {
  it("requests only cache misses from the backend, and equal items once", async () => {
    const { backend, requests } = fakeBackend({ text: "<s>a cat</s>" });
    const { service } = cachedService(backend);
    const [one, other] = [await png(10), await png(20)];
    await service.answer({ task: "caption", image: one, options: {} }, callWith());
    const items: readonly BatchItem[] = [
      { task: "caption", image: one, options: {} },
      { task: "ocr", image: other, options: {} },
      { task: "caption", image: { kind: "base64", text: "QUJD" }, options: {} },
      { task: "ocr", image: other, options: {} },
      { task: "region-to-category", image: other, options: { region: { x1: 0, y1: 0, x2: 999, y2: 1 } } },
    ];
    const { results, cache } = await service.batch({ items }, callWith());
    const codes = results.map((result) => (result instanceof Problem ? result.code : "ok"));
    expect(codes).toEqual(["ok", "ok", "unsupported-image", "ok", "region-outside-image"]);
    expect(requests.map(({ prompts }) => prompts)).toEqual([
      ["What does the image describe?"],
      ["What is the text in the image?"],
    ]);
    expect(cache).toMatchObject({ hit: false, fwd: "miss", stored: true });
    expect((await service.batch({ items }, callWith())).cache.hit).toBe(true);
    expect(requests).toHaveLength(2);
  });
});
