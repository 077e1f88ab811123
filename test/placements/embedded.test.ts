import { describe, expect, it } from "vitest";
import { modelFiles } from "../../src/runtime/load-model.ts";
import type { Manifest, ReadAsset } from "../../src/weights/shards.ts";
import { collect, tinyAssets, tinyBackend, tinyRequest } from "../support/tiny-backend.ts";
import { TINY_ANSWER, TINY_POSITIONS, TINY_VISUAL_TOKENS, tinySessions } from "../support/tiny-model.ts";

/** Assets that fail until `state.works` is set. */
function failingAssets() {
  const state = { works: false };
  const readAsset: ReadAsset = (path) =>
    state.works || path === "manifest.json" ? tinyAssets(path) : Promise.reject(new Error("down"));
  return { state, readAsset };
}

/** Logits with the same value for every id. */
const uniformLogits = () => ({ type: "float32", data: new Float32Array(8), dims: [1, 1, 8] }) as const;

describe("a generation of the embedded backend", () => {
  it("is emitted token by token and ends with the full generation", async () => {
    const events = await collect(tinyBackend().backend);
    const tokens = events.flatMap((event) => (event.type === "token" ? [event.id] : []));
    expect(tokens).toEqual(TINY_ANSWER);
    const tokenLogprobs = events.flatMap((event) => (event.type === "token" ? [event.logprob] : []));
    const texts = events.flatMap((event) => (event.type === "token" ? [event.text] : []));
    expect(texts.join("")).toBe("<abcabcabcabcabcabc^");
    expect(events.at(-1)).toEqual({
      type: "done",
      prompt: 0,
      generation: {
        tokenIds: TINY_ANSWER,
        tokenLogprobs,
        text: "<abcabcabcabcabcabc^",
        finishReason: "stop",
        promptTokens: 3,
      },
      timings: { queue: 0, encode: 0, decode: 0 },
    });
  });

  it("for several prompts needs one vision pass", async () => {
    const { backend, count } = tinyBackend();
    const events = await collect(backend, tinyRequest({ prompts: ["a", "bb", "c"] }));
    const done = events.flatMap((event) => (event.type === "done" ? [event] : []));
    // The longest prompt has the shortest answer here, which does not wait for the others.
    expect(done.map(({ prompt }) => prompt)).toEqual([1, 0, 2]);
    expect(done.map(({ generation }) => generation.promptTokens)).toEqual([4, 3, 3]);
    expect(count(modelFiles.visionEncoder)).toBe(1);
    expect(count(modelFiles.encoder)).toBe(3);
  });

  it("for several prompts equals that of each prompt alone, in fewer decoder steps", async () => {
    const prompts = ["a", "bbbb", "cc", "ddddddddd"];
    const together = tinyBackend();
    const alone = tinyBackend();
    const all = await collect(together.backend, tinyRequest({ prompts }));
    for (const [prompt, text] of prompts.entries()) {
      const own = all.filter((event) => event.prompt === prompt).map((event) => ({ ...event, prompt: 0 }));
      expect(own).toEqual(await collect(alone.backend, tinyRequest({ prompts: [text] })));
    }
    expect(together.count(modelFiles.decoder)).toBe(TINY_ANSWER.length);
    expect(alone.count(modelFiles.decoder)).toBe(20 + 17 + 19 + 12);
  });

  it("shrinks the batch as sequences end", async () => {
    const { backend, ran } = tinyBackend();
    await collect(backend, tinyRequest({ prompts: ["a", "bbb", "cccccc"], decoding: { beams: 1 } }));
    const runs = ran.filter(({ graph }) => graph === modelFiles.decoder);
    const rows = runs.map(({ inputs }) => inputs["inputs_embeds"]?.dims[0]);
    expect(rows).toEqual([...Array.from({ length: 15 }, () => 3), 2, 2, 2, 1, 1]);
  });

  it("for many prompts is split into batches that fit into memory", async () => {
    const { backend, ran } = tinyBackend({ maxCachedTokens: 2 * (5 + TINY_POSITIONS) });
    await collect(backend, tinyRequest({ prompts: ["a", "b", "c"] }));
    const runs = ran.filter(({ graph }) => graph === modelFiles.decoder);
    expect(runs[0]?.inputs["inputs_embeds"]?.dims).toEqual([2, 1, 1]);
    expect(runs).toHaveLength(2 * TINY_ANSWER.length);
  });

  it("is refused before any graph runs when its beams could exceed memory", async () => {
    const { backend, ran } = tinyBackend({ maxCachedTokens: 5 + TINY_POSITIONS });
    const request = tinyRequest({ decoding: { beams: 2 } });
    await expect(collect(backend, request)).rejects.toMatchObject({ code: "invalid-request" });
    expect(ran).toEqual([]);
  });

  it("with beams also emits events: every token once, then the full generation", async () => {
    const { backend } = tinyBackend();
    const events = await collect(backend, tinyRequest({ prompts: ["a", "bbb"], decoding: { beams: 3 } }));
    for (const [prompt, length] of [20, 18].entries()) {
      const own = events.filter((event) => event.prompt === prompt);
      const ids = own.flatMap((event) => (event.type === "token" ? [event.id] : []));
      expect(ids).toEqual([...TINY_ANSWER.slice(0, length - 1), 2]);
      expect(own.at(-1)).toMatchObject({ type: "done", generation: { tokenIds: ids, finishReason: "stop" } });
    }
  });

  it("ends at the requested token limit, with finish reason length", async () => {
    const events = await collect(tinyBackend().backend, tinyRequest({ decoding: { maxNewTokens: 3 } }));
    const tokenIds = [0, 4, 2];
    const generation = expect.objectContaining({ tokenIds, finishReason: "length" });
    expect(events.at(-1)).toMatchObject({ type: "done", prompt: 0, generation });
  });

  it("never has more tokens than there are positions", async () => {
    const sessions = tinySessions();
    const { backend } = tinyBackend({
      createSession: async (bytes) => {
        const session = await sessions.create(bytes);
        return { ...session, run: async (...args) => ({ ...(await session.run(...args)), logits: uniformLogits() }) };
      },
    });
    const events = await collect(backend, tinyRequest({ decoding: { maxNewTokens: 1000 } }));
    expect(events).toHaveLength(TINY_POSITIONS + 1);
  });

  it("is refused before any graph runs when the prompt has more tokens than there are positions", async () => {
    const { backend, ran } = tinyBackend();
    const limit = TINY_POSITIONS - TINY_VISUAL_TOKENS - 2;
    await expect(collect(backend, tinyRequest({ prompts: ["a".repeat(limit)] }))).resolves.toBeDefined();
    ran.length = 0;
    const tooLong = collect(backend, tinyRequest({ prompts: ["a", "a".repeat(limit + 1)] }));
    await expect(tooLong).rejects.toMatchObject({ code: "prompt-too-long" });
    expect(ran).toEqual([]);
  });

  it("is refused when the prompt has more tokens than memory allows", async () => {
    const { backend } = tinyBackend({ maxPromptTokens: 4 });
    await expect(collect(backend, tinyRequest({ prompts: ["aa"] }))).resolves.toBeDefined();
    await expect(collect(backend, tinyRequest({ prompts: ["aaa"] }))).rejects.toMatchObject({
      code: "prompt-too-long",
    });
  });

  it("fails when the image cannot be decoded, and the next one succeeds", async () => {
    let broken = true;
    const preprocess = async () => {
      if (broken) throw new Error("no picture");
      return new Float32Array(3);
    };
    const { backend } = tinyBackend({ preprocess });
    await expect(collect(backend)).rejects.toThrow("no picture");
    broken = false;
    await expect(collect(backend)).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });
});

/** The tiny model's assets, with a domain note in the manifest. */
const assetsWithDomain: ReadAsset = async (path) => {
  if (path !== "manifest.json") return tinyAssets(path);
  const { models, ...rest }: Manifest = await (await tinyAssets(path)).json();
  return Response.json({ ...rest, models: models.map((model) => ({ ...model, domain: "letters" })) });
};

describe("the embedded model", () => {
  it("is loaded once for all requests, and runs one at a time", async () => {
    const { backend, created, ran } = tinyBackend();
    const all = await Promise.all(Array.from({ length: 16 }, () => collect(backend)));
    expect(created).toHaveLength(4);
    expect(new Set(all.map((events) => JSON.stringify(events))).size).toBe(1);
    const passes = ran.map(({ graph }) => graph);
    const one = passes.slice(0, passes.length / 16);
    expect(passes).toEqual(Array.from({ length: 16 }, () => one).flat());
  });

  it("is ready while it is busy", async () => {
    const { promise: busy, resolve: release } = Promise.withResolvers<undefined>();
    const { backend } = tinyBackend({ preprocess: () => busy.then(() => new Float32Array(3)) });
    await backend.ready();
    const answering = collect(backend);
    await backend.ready();
    release(undefined);
    expect((await answering).at(-1)?.type).toBe("done");
  });

  it("is loaded by a readiness check", async () => {
    const { backend, created, ran } = tinyBackend();
    await backend.ready();
    await backend.ready();
    expect(created).toHaveLength(4);
    expect(ran).toEqual([]);
  });

  it("describes itself without being loaded", async () => {
    const { backend, created } = tinyBackend();
    const description = { id: "tiny", revision: "r1", dtype: "fp32", imageSize: 1, firstLocationId: 3 };
    expect(await backend.model()).toEqual(description);
    expect(created).toEqual([]);
  });

  it("describes what it is for, if its manifest says it", async () => {
    expect(await tinyBackend({ readAsset: assetsWithDomain }).backend.model()).toMatchObject({
      revision: "r1",
      domain: "letters",
    });
  });

  it("is loaded by the next request after a failed load", async () => {
    const { state, readAsset } = failingAssets();
    const { backend } = tinyBackend({ readAsset });
    await expect(collect(backend)).rejects.toMatchObject({ code: "model-unavailable" });
    await expect(backend.ready()).rejects.toMatchObject({ code: "model-unavailable" });
    await expect(backend.model()).rejects.toMatchObject({ code: "model-unavailable" });
    state.works = true;
    await expect(collect(backend)).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });

  it("is loaded by the next waiting request when the load of the first fails", async () => {
    const { state, readAsset } = failingAssets();
    const { backend } = tinyBackend({ readAsset });
    const first = collect(backend);
    const second = collect(backend);
    await expect(first).rejects.toMatchObject({ code: "model-unavailable" });
    state.works = true;
    await expect(second).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });
});
