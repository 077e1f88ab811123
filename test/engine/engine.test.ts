import { describe, expect, it } from "vitest";
import { UnknownDigestError } from "../../src/engine/feature-store.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { eventsOf, job, tinyEngine } from "../support/tiny-engine.ts";

const { visionEncoder, encoder, decoder } = modelFiles;

function textsOf(events: readonly GenerationEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "done" ? [event.generation.text] : []));
}

describe("pictures", () => {
  it("that come together are one vision pass", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all(["1", "2", "3"].map((digest) => eventsOf(engine, job(digest))));
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([3]);
  });

  it("are encoded once, however many ask at the same time or later", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all([eventsOf(engine, job("1")), eventsOf(engine, job("1"))]);
    await eventsOf(engine, job("1", { pixels: undefined }));
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([1]);
  });

  it("are asked for when only the name of one is sent that is not known", async () => {
    const { engine } = await tinyEngine();
    await expect(eventsOf(engine, job("1", { pixels: undefined }))).rejects.toBeInstanceOf(UnknownDigestError);
  });

  it("are forgotten when the budget of bytes is spent", async () => {
    const { engine } = await tinyEngine({ featureBytes: 8 });
    await eventsOf(engine, job("1"));
    expect(engine.load()).toMatchObject({ cachedImages: 1, cachedBytes: 8 });
    await eventsOf(engine, job("2"));
    await expect(eventsOf(engine, job("1", { pixels: undefined }))).rejects.toBeInstanceOf(UnknownDigestError);
  });

  it("that one caller leaves are still encoded for another", async () => {
    const { engine } = await tinyEngine();
    const controller = new AbortController();
    const left = eventsOf(engine, job("1"), controller.signal);
    const stayed = eventsOf(engine, job("1", { pixels: undefined }));
    controller.abort();
    await expect(left).rejects.toMatchObject({ code: "request-cancelled" });
    expect(textsOf(await stayed)).toHaveLength(1);
  });

  it("that everybody left before their scheduled are not encoded", async () => {
    const { engine, rowsOf } = await tinyEngine();
    const controller = new AbortController();
    const left = eventsOf(engine, job("1"), controller.signal);
    controller.abort();
    await expect(left).rejects.toMatchObject({ code: "request-cancelled" });
    expect(rowsOf(visionEncoder, "pixel_values")).toEqual([]);
    expect(textsOf(await eventsOf(engine, job("1")))).toHaveLength(1);
  });
});

describe("prompts", () => {
  it("of the same length are one encoder pass, whatever picture they are about", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all([
      eventsOf(engine, job("1", { prompts: ["a", "bb"] })),
      eventsOf(engine, job("2", { prompts: ["b", "aaa"] })),
    ]);
    expect(rowsOf(encoder, "inputs_embeds")).toEqual([2, 1, 1]);
  });

  it("are answered as they are one by one", async () => {
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

  it("that are too long are refused before any graph runs", async () => {
    const { engine, ran } = await tinyEngine();
    const long = job("1", { prompts: ["a".repeat(2000)] });
    await expect(eventsOf(engine, long)).rejects.toMatchObject({ code: "prompt-too-long" });
    expect(ran).toEqual([]);
  });

  it("can be encoded alone, for a decoder elsewhere", async () => {
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

describe("answers", () => {
  it("that begin together are decoded together", async () => {
    const { engine, rowsOf } = await tinyEngine();
    await Promise.all(["1", "2", "3"].map((digest) => eventsOf(engine, job(digest))));
    expect(Math.max(...rowsOf(decoder, "inputs_embeds"))).toBe(3);
  });

  it("that begin later catch up, join those before them and end as they would alone", async () => {
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

  it("wait when there are more than rows for them, and all get their scheduled", async () => {
    const { engine, rowsOf } = await tinyEngine({ maxRows: 2 });
    const answers = await Promise.all(["1", "2", "3", "4", "5"].map((digest) => eventsOf(engine, job(digest))));
    expect(answers.map((events) => textsOf(events).length)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...rowsOf(decoder, "inputs_embeds"))).toBe(2);
  });

  it("that need more rows than there are run alone", async () => {
    const { engine } = await tinyEngine({ maxRows: 2 });
    const beams = { ...job("1"), decoding: { beams: 3 } };
    const [one, other] = await Promise.all([eventsOf(engine, beams), eventsOf(engine, beams)]);
    expect([textsOf(one ?? []).length, textsOf(other ?? []).length]).toEqual([1, 1]);
  });

  it("of a caller who leaves end at the next step, and the others go on", async () => {
    const { engine } = await tinyEngine();
    const controller = new AbortController();
    const leaving = job("1", { stream: true });
    const left = engine.generate(leaving, (event) => event.type === "token" && controller.abort(), controller.signal);
    const stayed = eventsOf(engine, job("2"));
    await expect(left).rejects.toMatchObject({ code: "request-cancelled" });
    expect(textsOf(await stayed)).toHaveLength(1);
    await nextTask();
    expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
  });

  it("fail together when the decoder fails, and the next ones are written", async () => {
    const { engine, failNext } = await failingEngine();
    failNext();
    const both = await Promise.allSettled([eventsOf(engine, job("1")), eventsOf(engine, job("2"))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(textsOf(await eventsOf(engine, job("3")))).toHaveLength(1);
    expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
  });
});

/** An engine whose decoder fails once when told to. */
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
