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
const written = (text: string) =>
  ({ tokenIds: [], tokenLogprobs: [], text, finishReason: "stop", promptTokens: 1 }) as const;

/** Finds asks with a finder that writes each prompt back, or fails on questions that hold "bad". */
async function find(
  asks: readonly TaskPrompts[],
  reports: readonly CacheReport[] = [],
  failure: Error = new Problem("backend-timeout", "late"),
) {
  const questions: GenerationsRequest[] = [];
  const found = await findForTasks(
    async (question) => {
      const cache = reports[questions.length] ?? cacheMiss;
      questions.push(question);
      if (question.prompts.includes("bad")) throw failure;
      return { generations: question.prompts.map(written), model, cache, timings: { cache: 1, decode: 10 } };
    },
    { image, asks },
    callWith(),
  );
  const texts = found.outcomes.map((outcome) =>
    outcome instanceof Problem ? outcome.code : outcome.generations.map(({ text }) => text),
  );
  return { texts, questions, cache: found.cache, timings: found.timings };
}

const ask = (beams: number, ...prompts: readonly string[]): TaskPrompts => ({ prompts, decoding: { beams } });

const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);

describe("several asks on one image", () => {
  it("are one question where their settings are equal", async () => {
    const { texts, questions } = await find([ask(1, "a"), ask(3, "b"), ask(1, "c", "d")]);
    expect(texts).toEqual([["a"], ["b"], ["c", "d"]]);
    expect(questions.map(({ prompts }) => prompts)).toEqual([["a", "c", "d"], ["b"]]);
  });

  it("are as many questions as one call's prompts demand, each ask in one of them", async () => {
    const half = MAX_PROMPTS / 2;
    const asks = [ask(1, ...many(half, "a")), ask(1, ...many(half, "b")), ask(1, "c"), ask(1, ...many(half, "d"))];
    const { texts, questions } = await find(asks);
    expect(texts).toEqual(asks.map(({ prompts }) => prompts));
    expect(questions.map(({ prompts }) => prompts.length)).toEqual([MAX_PROMPTS, half + 1]);
  });

  it("take as long as their questions together", async () => {
    const { timings } = await find([ask(1, "a"), ask(3, "b"), ask(1, "c", "d"), ask(2, "bad")]);
    expect(timings).toEqual({ cache: 2, decode: 20 });
  });

  it("fail with their question, and not with another's", async () => {
    const { texts } = await find([ask(1, "a"), ask(3, "bad"), ask(1, "c"), ask(3, "d")]);
    expect(texts).toEqual([["a"], "backend-timeout", ["c"], "backend-timeout"]);
  });

  it.each(["prompt-too-long", "invalid-request"] as const)(
    "are answered without the one that is refused as %s",
    async (code) => {
      const asks = [ask(1, "a"), ask(1, "b", "bad"), ask(1, "c"), ask(1, "d")];
      const { texts, questions } = await find(asks, [], new Problem(code, "no"));
      expect(texts).toEqual([["a"], code, ["c"], ["d"]]);
      expect(questions.map(({ prompts }) => prompts)).toEqual([
        ["a", "b", "bad", "c", "d"],
        ["a", "c", "d"],
        ["b", "bad"],
      ]);
    },
  );

  it("are answered without those that are refused, also where another was thought to be to blame", async () => {
    const asks = [ask(1, "a long one"), ask(1, "bad"), ask(1, "c"), ask(1, "bad")];
    const { texts } = await find(asks, [], new Problem("prompt-too-long", "no"));
    expect(texts).toEqual([["a long one"], "prompt-too-long", ["c"], "prompt-too-long"]);
  });

  it("are not asked again and again where all are refused", async () => {
    const asks = Array.from({ length: 32 }, () => ask(1, "bad"));
    const { texts, questions } = await find(asks, [], new Problem("prompt-too-long", "no"));
    expect(new Set(texts)).toEqual(new Set(["prompt-too-long"]));
    expect(questions).toHaveLength(9);
  });

  it.each([new Problem("request-cancelled", "gone"), new TypeError("a bug")])(
    "fail all where it is nobody's: %s",
    async (failure) => {
      await expect(find([ask(1, "a"), ask(3, "bad")], [], failure)).rejects.toBe(failure);
    },
  );

  it("are a hit where all are, as old as the oldest", async () => {
    const hit = { ...cacheMiss, hit: true, fwd: undefined, stored: false };
    const both = await find(
      [ask(1, "a"), ask(3, "b")],
      [
        { ...hit, age: 5 },
        { ...hit, age: 9 },
      ],
    );
    expect(both.cache).toEqual({ ...hit, age: 9 });
    const one = await find([ask(1, "a"), ask(3, "b")], [hit, cacheMiss]);
    expect(one.cache).toEqual(cacheMiss);
    expect((await find([])).cache.hit).toBe(false);
  });
});
