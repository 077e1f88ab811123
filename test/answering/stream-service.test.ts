import { describe, expect, it } from "vitest";
import { createService } from "../../src/answering/answer.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { TaskOptions } from "../../src/contract/requests.ts";
import type { CacheDirectives } from "../../src/contract/service.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import type { Backend } from "../../src/inference/backend.ts";
import { callWith } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { bilevelPng } from "../support/image-bytes.ts";
import { partsOf } from "../support/streams.ts";
import { nextTask } from "../support/tiny-backend.ts";

const image = { kind: "bytes", bytes: await bilevelPng(200, 100) } as const;
const locations = "<loc_100><loc_200><loc_300><loc_400>";
const detection = { text: `</s><s>cat${locations}dog${locations}</s>` };

/** A cached service over a backend that generates this text; `wrap` wraps the backend's `generate`. */
function streaming(
  generation: { readonly text: string },
  wrap: (generate: Backend["generate"]) => Backend["generate"] = (each) => each,
) {
  const { backend, requests } = fakeBackend(generation);
  let clock = 0;
  const find = createCachedGenerations({
    backend: { ...backend, generate: wrap((...given) => backend.generate(...given)) },
    stores: [],
    ttlSeconds: 60,
    memoryBytes: 10_000,
    salt: "",
    waitUntil: () => {},
    now: () => clock,
    sleep: nextTask,
  });
  const service = createService({ backend, find, limits: ISOLATE_LIMITS, now: () => 0 });
  const stream = (
    task: string,
    options: TaskOptions = {},
    cache: Partial<CacheDirectives> = {},
    signal?: AbortSignal,
  ) => partsOf(service, { task, image, options: { ...options, stream: true } }, callWith(cache, signal));
  const answer = async (task: string, options: TaskOptions = {}) =>
    service.answer({ task, image, options }, callWith());
  return { stream, answer, requests, advance: (milliseconds: number) => void (clock += milliseconds) };
}

const types = ({ parts }: { readonly parts: readonly { readonly type: string }[] }) => parts.map(({ type }) => type);

describe("a streamed answer", () => {
  it("requests a stream from the backend, and ends with the answer that a plain request gets", async () => {
    const { stream, answer, requests } = streaming(detection);
    const streamed = await stream("object-detection");
    expect(requests).toMatchObject([{ stream: true }]);
    expect(types(streamed)).toEqual(["object", "object", "done"]);
    expect(streamed.parts.at(-1)).toEqual({ type: "done", answer: (await answer("object-detection")).answer });
  });

  it("is cached as a whole: an equal request, streamed or not, is a hit", async () => {
    const { stream, answer, requests } = streaming({ text: "<s>a cat</s>" });
    const first = await stream("caption");
    expect(first.reports[0]).toMatchObject({ hit: false, fwd: "miss", stored: true });
    const second = await stream("caption");
    expect(second.parts).toEqual([{ type: "delta", text: "a cat" }, first.parts.at(-1)]);
    expect(second.reports).toMatchObject([{ hit: true }, { hit: true }]);
    expect((await answer("caption")).cache.hit).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("requests only the labels that are not in the cache, each once, and emits all in their order", async () => {
    const { stream, requests } = streaming({ text: locations });
    await stream("open-vocabulary-detection", { labels: ["dog"] });
    const { parts, reports } = await stream("open-vocabulary-detection", { labels: ["cat", "dog", "cow", "cat"] });
    expect(requests.map(({ prompts }) => prompts.length)).toEqual([1, 2]);
    expect(parts).toMatchObject([
      { index: 0, object: { label: "cat" } },
      { index: 1, object: { label: "dog" } },
      { index: 2, object: { label: "cow" } },
      { index: 3, object: { label: "cat" } },
      { type: "done" },
    ]);
    expect(reports[0]).toMatchObject({ hit: false, fwd: "miss" });
  });

  it("is generated once for concurrent requests, streamed or not; waiting requests get the same answer", async () => {
    const { stream, answer, requests } = streaming(
      detection,
      (generate) =>
        async function* (...given) {
          await nextTask();
          yield* generate(...given);
        },
    );
    const [one, other, whole] = await Promise.all([
      stream("object-detection"),
      stream("object-detection"),
      answer("object-detection"),
    ]);
    expect(requests).toHaveLength(1);
    // Which of them leads depends on whose key is hashed first.
    const collapsed = [one.reports[0]?.collapsed, other.reports[0]?.collapsed, whole.cache.collapsed];
    expect(collapsed.filter(Boolean)).toHaveLength(2);
    expect(collapsed).toContain(false);
    expect(other.parts).toEqual(one.parts);
    expect(one.parts.at(-1)).toEqual({ type: "done", answer: whole.answer });
  });

  it("rejects if the backend fails, even after parts were emitted", async () => {
    const failure = new Problem("backend-unavailable", "The connection broke.");
    const { stream } = streaming(
      detection,
      (generate) =>
        async function* (...given) {
          for await (const event of generate(...given)) {
            if (event.type === "done") throw failure;
            yield event;
          }
        },
    );
    await expect(stream("object-detection")).rejects.toBe(failure);
  });

  it("continues with a stale cached answer if the backend fails", async () => {
    let isDown = false;
    const { stream, advance } = streaming(
      detection,
      (generate) =>
        async function* (...given) {
          for await (const event of generate(...given)) {
            if (isDown && event.type === "done") throw new Problem("backend-unavailable", "The connection broke.");
            yield event;
          }
        },
    );
    await stream("object-detection");
    advance(10_000);
    isDown = true;
    const streamed = await stream("object-detection", {}, { maxAge: 5 });
    expect(types(streamed)).toEqual(["object", "object", "done"]);
    expect(streamed.reports.at(-1)).toMatchObject({ hit: true, stale: true });
  });

  it("rejects an invalid task before anything is emitted", async () => {
    const { stream, requests } = streaming(detection);
    await expect(stream("region-to-category", { region: { x1: 0, y1: 0, x2: 999, y2: 1 } })).rejects.toMatchObject({
      code: "region-outside-image",
    });
    expect(requests).toEqual([]);
  });
});
