import { describe, expect, it } from "vitest";
import { UnknownDigestError } from "../../src/engine/feature-cache.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { eventsOf, job, tinyEngine } from "../support/tiny-engine.ts";

const { visionEncoder, encoder, decoder } = modelFiles;

function textsOf(events: readonly GenerationEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "done" ? [event.generation.text] : []));
}

describe("images", () => {
  it("are encoded in one vision pass if they are submitted concurrently", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all(["1", "2", "3"].map((digest) => eventsOf(engine, job(digest))));
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([3]);
  });

  it("are encoded once for concurrent and later jobs", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all([eventsOf(engine, job("1")), eventsOf(engine, job("1"))]);
    await eventsOf(engine, job("1", { pixels: undefined }));
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([1]);
  });

  it("are required if only an unknown digest is sent", async () => {
    const { engine } = await tinyEngine();
    await expect(eventsOf(engine, job("1", { pixels: undefined }))).rejects.toBeInstanceOf(UnknownDigestError);
  });

  it("are evicted from the cache when its byte budget is exceeded", async () => {
    const { engine } = await tinyEngine({ featureBytes: 8 });
    await eventsOf(engine, job("1"));
    expect(engine.load()).toMatchObject({ cachedImages: 1, cachedBytes: 8 });
    await eventsOf(engine, job("2"));
    await expect(eventsOf(engine, job("1", { pixels: undefined }))).rejects.toBeInstanceOf(UnknownDigestError);
  });

  it("are still encoded for a second caller when the first one aborts", async () => {
    const { engine } = await tinyEngine();
    const controller = new AbortController();
    const abortedJob = eventsOf(engine, job("1"), controller.signal);
    const otherJob = eventsOf(engine, job("1", { pixels: undefined }));
    controller.abort();
    await expect(abortedJob).rejects.toMatchObject({ code: "request-cancelled" });
    expect(textsOf(await otherJob)).toHaveLength(1);
  });

  it("are not encoded if all callers abort before the vision pass", async () => {
    const { engine, rowsOf } = await tinyEngine();
    const controller = new AbortController();
    const abortedJob = eventsOf(engine, job("1"), controller.signal);
    controller.abort();
    await expect(abortedJob).rejects.toMatchObject({ code: "request-cancelled" });
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([]);
    expect(textsOf(await eventsOf(engine, job("1")))).toHaveLength(1);
  });
});

describe("prompts", () => {
  it("of equal length share one encoder pass, also across images", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all([
      eventsOf(engine, job("1", { prompts: ["a", "bb"] })),
      eventsOf(engine, job("2", { prompts: ["b", "aaa"] })),
    ]);
    expect(rowsOf(encoder, "inputs_embeds")).toEqual([2, 1, 1]);
  });

  it("give the same text together as one by one", async () => {
    const alone = await tinyEngine();
    const prompts = ["a", "bb", "aaa", "b"];
    const expected: (readonly string[])[] = [];
    for (const prompt of prompts) expected.push(textsOf(await eventsOf(alone.engine, job("1", { prompts: [prompt] }))));
    const { engine } = await tinyEngine();
    const together = await Promise.all(prompts.map((prompt) => eventsOf(engine, job("1", { prompts: [prompt] }))));
    expect(together.map(textsOf)).toEqual(expected);
    const many = await eventsOf(engine, job("1", { prompts }));
    const done = many.flatMap((event) => (event.type === "done" ? [[event.prompt, event.generation.text]] : []));
    expect(Object.fromEntries(done)).toEqual(Object.fromEntries(expected.map(([text], index) => [index, text])));
  });

  it("that are too long are rejected before any graph runs", async () => {
    const { engine, ran } = await tinyEngine();
    const long = job("1", { prompts: ["a".repeat(2000)] });
    await expect(eventsOf(engine, long)).rejects.toMatchObject({ code: "prompt-too-long" });
    expect(ran).toEqual([]);
  });

  it("can be encoded without decoding", async () => {
    const { engine, rowsOf } = await tinyEngine();
    const { states, promptTokens } = await engine.encode(
      job("1", { prompts: ["a", "bb"] }),
      new AbortController().signal,
    );
    expect(states.map(({ dims }) => dims)).toEqual([
      [1, 5, 1],
      [1, 6, 1],
    ]);
    expect(promptTokens).toEqual([3, 4]);
    expect(rowsOf(decoder, "inputs_embeds")).toEqual([]);
  });
});

describe("generations", () => {
  it("that start together are decoded in one batch", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all(["1", "2", "3"].map((digest) => eventsOf(engine, job(digest))));
    expect(Math.max(...rowsOf(decoder, "inputs_embeds"))).toBe(3);
  });

  it("that start later catch up, are merged with earlier ones and give the same text as alone", async () => {
    const { engine, rowsOf } = await tinyEngine();
    const alone = textsOf(await eventsOf(engine, job("0")));
    const seen: number[] = [];
    const second: { events?: Promise<readonly GenerationEvent[]> } = {};
    const first = engine.generate(
      job("1", { stream: true }),
      (event) => {
        if (event.type !== "token" || second.events !== undefined) return;
        second.events = eventsOf(engine, job("0", { pixels: undefined }));
        seen.push(rowsOf(decoder, "inputs_embeds").length);
      },
      new AbortController().signal,
    );
    await first;
    expect(textsOf((await second.events) ?? [])).toEqual(alone);
    expect(rowsOf(decoder, "inputs_embeds").slice(seen[0])).toContain(2);
  });

  it("wait while no rows are free, and all finish", async () => {
    const { engine, rowsOf } = await tinyEngine({ maxRows: 2 });
    const answers = await Promise.all(["1", "2", "3", "4", "5"].map((digest) => eventsOf(engine, job(digest))));
    expect(answers.map((events) => textsOf(events).length)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...rowsOf(decoder, "inputs_embeds"))).toBe(2);
  });

  it("that need more rows than the limit run alone", async () => {
    const { engine } = await tinyEngine({ maxRows: 2 });
    const beams = { ...job("1"), decoding: { beams: 3 } };
    const [one, other] = await Promise.all([eventsOf(engine, beams), eventsOf(engine, beams)]);
    expect([textsOf(one ?? []).length, textsOf(other ?? []).length]).toEqual([1, 1]);
  });

  it("of a caller that aborts end at the next step, and the others continue", async () => {
    const { engine } = await tinyEngine();
    const controller = new AbortController();
    const streamingJob = job("1", { stream: true });
    const abortedJob = engine.generate(
      streamingJob,
      (event) => event.type === "token" && controller.abort(),
      controller.signal,
    );
    const otherJob = eventsOf(engine, job("2"));
    await expect(abortedJob).rejects.toMatchObject({ code: "request-cancelled" });
    expect(textsOf(await otherJob)).toHaveLength(1);
    await nextTask();
    expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
  });

  it("in progress fail when the decoder fails, and later ones succeed", async () => {
    const { engine, failNext } = await failingEngine();
    failNext();
    const both = await Promise.allSettled([eventsOf(engine, job("1")), eventsOf(engine, job("2"))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(textsOf(await eventsOf(engine, job("3")))).toHaveLength(1);
    expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
  });
});

/** Creates an engine with a decoder that fails once after `failNext` is called. */
async function failingEngine() {
  const { engine, model } = await tinyEngine();
  const step = model.florence.step.bind(model.florence);
  let fails = false;
  const failOnce: typeof step = (...given) => {
    if (!fails) return step(...given);
    fails = false;
    return Promise.reject(new Error("no memory"));
  };
  Object.assign(model.florence, { step: failOnce });
  return {
    engine,
    failNext: () => {
      fails = true;
    },
  };
}
