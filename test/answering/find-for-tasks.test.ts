import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { CacheReport } from "../../src/contract/service.ts";
import { type TaskPrompts, findForTasks } from "../../src/answering/find-for-tasks.ts";
import type { GenerationsRequest } from "../../src/generations/request.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { callWith } from "../support/calls.ts";
import { cacheMiss } from "../support/fake-service.ts";

const image = { bytes: Uint8Array.of(1), format: "png", width: 1, height: 1, digest: "d" } as const;
const model = { id: "m", revision: "1", dtype: "fp32", imageSize: 1, firstLocationId: 0 };
const generationOf = (text: string) =>
  ({ tokenIds: [], tokenLogprobs: [], text, finishReason: "stop", promptTokens: 1 }) as const;

/** Runs `findForTasks` with a fake that echoes each prompt as its text, and fails on requests that contain the prompt "bad". */
async function find(
  tasks: readonly TaskPrompts[],
  reports: readonly CacheReport[] = [],
  failure: Error = new Problem("backend-timeout", "late"),
) {
  const requests: GenerationsRequest[] = [];
  const result = await findForTasks(
    async (request) => {
      const cache = reports[requests.length] ?? cacheMiss;
      requests.push(request);
      if (request.prompts.includes("bad")) throw failure;
      return { generations: request.prompts.map(generationOf), model, cache, timings: { cache: 1, decode: 10 } };
    },
    { image, tasks },
    callWith(),
  );
  const texts = result.outcomes.map((outcome) =>
    outcome instanceof Problem ? outcome.code : outcome.generations.map(({ text }) => text),
  );
  return { texts, requests, cache: result.cache, timings: result.timings };
}

const task = (beams: number, ...prompts: readonly string[]): TaskPrompts => ({
  task: "caption",
  prompts,
  decoding: { beams },
});

const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);

describe("several tasks on one image", () => {
  it("share a request if their decoding settings are equal", async () => {
    const { texts, requests } = await find([task(1, "a"), task(3, "b"), task(1, "c", "d")]);
    expect(texts).toEqual([["a"], ["b"], ["c", "d"]]);
    expect(requests.map(({ prompts }) => prompts)).toEqual([["a", "c", "d"], ["b"]]);
  });

  it("are split into requests of at most MAX_PROMPTS prompts, each task in one of them", async () => {
    const half = MAX_PROMPTS / 2;
    const tasks = [task(1, ...many(half, "a")), task(1, ...many(half, "b")), task(1, "c"), task(1, ...many(half, "d"))];
    const { texts, requests } = await find(tasks);
    expect(texts).toEqual(tasks.map(({ prompts }) => prompts));
    expect(requests.map(({ prompts }) => prompts.length)).toEqual([MAX_PROMPTS, half + 1]);
  });

  it("report the sum of the timings of their requests", async () => {
    const { timings } = await find([task(1, "a"), task(3, "b"), task(1, "c", "d"), task(2, "bad")]);
    expect(timings).toEqual({ cache: 2, decode: 20 });
  });

  it("fail with their own request only", async () => {
    const { texts } = await find([task(1, "a"), task(3, "bad"), task(1, "c"), task(3, "d")]);
    expect(texts).toEqual([["a"], "backend-timeout", ["c"], "backend-timeout"]);
  });

  it.each(["prompt-too-long", "invalid-request"] as const)(
    "are answered without the one that is rejected as %s",
    async (code) => {
      const tasks = [task(1, "a"), task(1, "b", "bad"), task(1, "c"), task(1, "d")];
      const { texts, requests } = await find(tasks, [], new Problem(code, "no"));
      expect(texts).toEqual([["a"], code, ["c"], ["d"]]);
      expect(requests.map(({ prompts }) => prompts)).toEqual([
        ["a", "b", "bad", "c", "d"],
        ["a", "c", "d"],
        ["b", "bad"],
      ]);
    },
  );

  it("are answered without those that are rejected, even if another task has the longest prompt", async () => {
    const tasks = [task(1, "a long one"), task(1, "bad"), task(1, "c"), task(1, "bad")];
    const { texts } = await find(tasks, [], new Problem("prompt-too-long", "no"));
    expect(texts).toEqual([["a long one"], "prompt-too-long", ["c"], "prompt-too-long"]);
  });

  it("are retried a limited number of times if all are rejected", async () => {
    const tasks = Array.from({ length: 32 }, () => task(1, "bad"));
    const { texts, requests } = await find(tasks, [], new Problem("prompt-too-long", "no"));
    expect(new Set(texts)).toEqual(new Set(["prompt-too-long"]));
    expect(requests).toHaveLength(9);
  });

  it.each([new Problem("request-cancelled", "gone"), new TypeError("a bug")])(
    "all fail with an error that is no task's own: %s",
    async (failure) => {
      await expect(find([task(1, "a"), task(3, "bad")], [], failure)).rejects.toBe(failure);
    },
  );

  it("are a hit if all are hits, with the age of the oldest", async () => {
    const hit = { ...cacheMiss, hit: true, fwd: undefined, stored: false };
    const both = await find(
      [task(1, "a"), task(3, "b")],
      [
        { ...hit, age: 5 },
        { ...hit, age: 9 },
      ],
    );
    expect(both.cache).toEqual({ ...hit, age: 9 });
    const one = await find([task(1, "a"), task(3, "b")], [hit, cacheMiss]);
    expect(one.cache).toEqual(cacheMiss);
    expect((await find([])).cache.hit).toBe(false);
  });
});
