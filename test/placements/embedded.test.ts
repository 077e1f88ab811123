import { describe, expect, it } from "vitest";
import { modelFiles } from "../../src/runtime/load-model.ts";
import type { ReadAsset } from "../../src/weights/shards.ts";
import { collect, tinyAssets, tinyBackend, tinyRequest } from "../support/tiny-backend.ts";
import { TINY_ANSWER, TINY_POSITIONS, TINY_VISUAL_TOKENS, tinySessions } from "../support/tiny-model.ts";

/** Assets that fail until told otherwise. */
function failingAssets() {
  const state = { works: false };
  const readAsset: ReadAsset = (path) =>
    state.works || path === "manifest.json" ? tinyAssets(path) : Promise.reject(new Error("down"));
  return { state, readAsset };
}

/** Logits that favour no id. */
const nothing = () => ({ type: "float32", data: new Float32Array(8), dims: [1, 1, 8] }) as const;

describe("an answer of the embedded backend", () => {
  it("comes token by token and ends with the whole", async () => {
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

  it("to several prompts takes one look at the picture", async () => {
    const { backend, count } = tinyBackend();
    const events = await collect(backend, tinyRequest({ prompts: ["a", "bb", "c"] }));
    const done = events.flatMap((event) => (event.type === "done" ? [event] : []));
    // The longest prompt has the shortest answer here, which waits for no other.
    expect(done.map(({ prompt }) => prompt)).toEqual([1, 0, 2]);
    expect(done.map(({ generation }) => generation.promptTokens)).toEqual([4, 3, 3]);
    expect(count(modelFiles.visionEncoder)).toBe(1);
    expect(count(modelFiles.encoder)).toBe(3);
  });

  it("to several prompts is what each gets alone, in fewer steps of the decoder", async () => {
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

  it("makes the batch smaller as others end", async () => {
    const { backend, ran } = tinyBackend();
    await collect(backend, tinyRequest({ prompts: ["a", "bbb", "cccccc"], decoding: { beams: 1 } }));
    const runs = ran.filter(({ graph }) => graph === modelFiles.decoder);
    const rows = runs.map(({ inputs }) => inputs["inputs_embeds"]?.dims[0]);
    expect(rows).toEqual([...Array.from({ length: 15 }, () => 3), 2, 2, 2, 1, 1]);
  });

  it("to many prompts comes in batches that memory allows", async () => {
    const { backend, ran } = tinyBackend({ maxCachedTokens: 2 * (5 + TINY_POSITIONS) });
    await collect(backend, tinyRequest({ prompts: ["a", "b", "c"] }));
    const runs = ran.filter(({ graph }) => graph === modelFiles.decoder);
    expect(runs[0]?.inputs["inputs_embeds"]?.dims).toEqual([2, 1, 1]);
    expect(runs).toHaveLength(2 * TINY_ANSWER.length);
  });

  it("is refused before any graph runs when its beams could outgrow memory", async () => {
    const { backend, ran } = tinyBackend({ maxCachedTokens: 5 + TINY_POSITIONS });
    const request = tinyRequest({ decoding: { beams: 2 } });
    await expect(collect(backend, request)).rejects.toMatchObject({ code: "invalid-request" });
    expect(ran).toEqual([]);
  });

  it("found with beams comes as events, too: every token once, then the whole", async () => {
    const { backend } = tinyBackend();
    const events = await collect(backend, tinyRequest({ prompts: ["a", "bbb"], decoding: { beams: 3 } }));
    for (const [prompt, length] of [20, 18].entries()) {
      const own = events.filter((event) => event.prompt === prompt);
      const ids = own.flatMap((event) => (event.type === "token" ? [event.id] : []));
      expect(ids).toEqual([...TINY_ANSWER.slice(0, length - 1), 2]);
      expect(own.at(-1)).toMatchObject({ type: "done", generation: { tokenIds: ids, finishReason: "stop" } });
    }
  });

  it("is no longer than the caller wants, and says that the limit ended it", async () => {
    const events = await collect(tinyBackend().backend, tinyRequest({ decoding: { maxNewTokens: 3 } }));
    const tokenIds = [0, 4, 2];
    const generation = expect.objectContaining({ tokenIds, finishReason: "length" });
    expect(events.at(-1)).toMatchObject({ type: "done", prompt: 0, generation });
  });

  it("never has more tokens than there are positions", async () => {
    const unending = tinySessions();
    const { backend } = tinyBackend({
      createSession: async (bytes) => {
        const session = await unending.create(bytes);
        return { ...session, run: async (...asked) => ({ ...(await session.run(...asked)), logits: nothing() }) };
      },
    });
    const events = await collect(backend, tinyRequest({ decoding: { maxNewTokens: 1000 } }));
    expect(events).toHaveLength(TINY_POSITIONS + 1);
  });

  it("is refused before any graph runs when the prompt has more tokens than there are positions", async () => {
    const { backend, ran } = tinyBackend();
    const room = TINY_POSITIONS - TINY_VISUAL_TOKENS - 2;
    await expect(collect(backend, tinyRequest({ prompts: ["a".repeat(room)] }))).resolves.toBeDefined();
    ran.length = 0;
    const tooLong = collect(backend, tinyRequest({ prompts: ["a", "a".repeat(room + 1)] }));
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

  it("is not there when the picture cannot be read, and the next one is", async () => {
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

describe("the embedded model", () => {
  it("is loaded once for all, and answers one at a time", async () => {
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

  it("is loaded by asking whether it is ready", async () => {
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

  it("that could not be loaded is loaded by the next request", async () => {
    const { state, readAsset } = failingAssets();
    const { backend } = tinyBackend({ readAsset });
    await expect(collect(backend)).rejects.toMatchObject({ code: "model-unavailable" });
    await expect(backend.ready()).rejects.toMatchObject({ code: "model-unavailable" });
    await expect(backend.model()).rejects.toMatchObject({ code: "model-unavailable" });
    state.works = true;
    await expect(collect(backend)).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });

  it("that fails to load for one waiting request is tried by the request behind it", async () => {
    const { state, readAsset } = failingAssets();
    const { backend } = tinyBackend({ readAsset });
    const first = collect(backend);
    const second = collect(backend);
    await expect(first).rejects.toMatchObject({ code: "model-unavailable" });
    state.works = true;
    await expect(second).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });
});
