import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import {
  type Backend,
  type EncodeRequest,
  type EncoderStates,
  ModelChanged,
  type PromptEncoder,
} from "../../src/inference/backend.ts";
import { DEFAULT_MAX_REPLY_BYTES } from "../../src/inference/protocol/session.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { createSplitBackend, MAX_STATE_BYTES } from "../../src/placements/split.ts";
import { collect, nextTask, tinyAssets, tinyBackend, tinyRequest } from "../support/tiny-backend.ts";
import { TINY_VISUAL_TOKENS, tinySessions, tinyTokenizer } from "../support/tiny-model.ts";

/** The states of the tiny model's encoder: as many positions as its input has. */
function tinyStates({ prompts }: EncodeRequest): readonly EncoderStates[] {
  return prompts.map(({ ids }) => {
    const length = TINY_VISUAL_TOKENS + ids.length;
    return { type: "float32", data: new Float32Array(length), dims: [1, length, 1] };
  });
}

/** A split backend with the tiny model's decoder and the encoder `encode`. */
function splitBackend(
  encode: (request: EncodeRequest, signal: AbortSignal) => Promise<readonly EncoderStates[]>,
  options: { readonly maxStateBytes?: number; readonly revisionOf?: (call: number) => string } = {},
) {
  const sessions = tinySessions();
  const asked: EncodeRequest[] = [];
  const encoder: PromptEncoder = {
    encode: (request, signal) => {
      asked.push(request);
      const revision = options.revisionOf?.(asked.length);
      return encode(request, signal).then((states) => ({ states, revision }));
    },
    ready: async () => {},
  };
  const backend = createSplitBackend({
    modelId: "tiny",
    readAsset: tinyAssets,
    createSession: sessions.create,
    createTokenizer: () => tinyTokenizer,
    waitUntil: () => {},
    now: () => 0,
    sleep: nextTask,
    imageBudgetBytes: 1000,
    ...(options.maxStateBytes === undefined ? {} : { maxStateBytes: options.maxStateBytes }),
    encoder: () => encoder,
  });
  return { backend, asked, ...sessions };
}

const immediate = (request: EncodeRequest) => Promise.resolve(tinyStates(request));

describe("a split backend", () => {
  it("generates the same as the whole model", async () => {
    const request = tinyRequest({ prompts: ["a", "bb", "a"] });
    const whole = await collect(tinyBackend().backend, request);
    expect(await collect(splitBackend(immediate).backend, request)).toEqual(whole);
  });

  it("loads no encoder, and decodes no image", async () => {
    const { backend, created, asked } = splitBackend(immediate);
    await collect(backend, tinyRequest({ trace: { requestId: "r1" } }));
    expect(created).toEqual([modelFiles.decoder, modelFiles.embedTokens]);
    expect(asked).toMatchObject([
      { image: { digest: "d1" }, prompts: [{ text: "a", ids: [0, 4, 2] }], trace: { requestId: "r1" } },
    ]);
  });

  it("encodes all prompts of a request in one call", async () => {
    const { backend, asked } = splitBackend(immediate);
    await collect(backend, tinyRequest({ prompts: ["a", "bb"] }));
    expect(asked.map(({ prompts }) => prompts.map(({ text }) => text))).toEqual([["a", "bb"]]);
  });

  it("splits the prompts into several encoder calls where the states of all exceed the limit", async () => {
    const request = tinyRequest({ prompts: ["a", "bb", "a", "a"] });
    const answersOf = async (backend: Backend) =>
      (await collect(backend, request)).filter(({ type }) => type === "done").toSorted((a, b) => a.prompt - b.prompt);
    const widthBytes = 4;
    const bytesOfTwo = 2 * (TINY_VISUAL_TOKENS + 4) * widthBytes;
    const { backend, asked } = splitBackend(immediate, { maxStateBytes: bytesOfTwo });
    expect(await answersOf(backend)).toEqual(await answersOf(tinyBackend().backend));
    expect(asked.map(({ prompts }) => prompts.map(({ text }) => text))).toEqual([
      ["a", "bb"],
      ["a", "a"],
    ]);
  });

  it("throws ModelChanged when the states of one request have two revisions", async () => {
    const request = tinyRequest({ prompts: ["a", "bb"] });
    const { backend } = splitBackend(immediate, { maxStateBytes: 1, revisionOf: (call) => `r${call}` });
    await expect(collect(backend, request)).rejects.toBeInstanceOf(ModelChanged);
  });

  it("requests at most half of the client's limit for a reply", () => {
    expect(2 * MAX_STATE_BYTES).toBeLessThanOrEqual(DEFAULT_MAX_REPLY_BYTES);
  });

  it("decodes other requests while one waits for its states", async () => {
    const late = Promise.withResolvers<void>();
    let calls = 0;
    const { backend } = splitBackend(async (request) => {
      calls += 1;
      if (calls === 1) await late.promise;
      return tinyStates(request);
    });
    const first = collect(backend);
    await nextTask();
    expect((await collect(backend)).at(-1)).toMatchObject({ type: "done" });
    late.resolve();
    expect((await first).at(-1)).toMatchObject({ type: "done" });
  });

  it("refuses a prompt that is too long before it calls the encoder", async () => {
    const { backend, asked } = splitBackend(immediate);
    const long = tinyRequest({ prompts: ["a".repeat(2000)] });
    await expect(collect(backend, long)).rejects.toMatchObject({ code: "prompt-too-long" });
    expect(asked).toEqual([]);
  });

  it("throws the error of the encoder, and answers the next request", async () => {
    let fails = true;
    const { backend } = splitBackend(async (request) => {
      if (fails) throw new Problem("backend-unavailable", "down");
      return tinyStates(request);
    });
    await expect(collect(backend)).rejects.toMatchObject({ code: "backend-unavailable" });
    fails = false;
    expect((await collect(backend)).at(-1)).toMatchObject({ type: "done" });
  });

  it("stops waiting for states when the request is cancelled", async () => {
    const controller = new AbortController();
    const { backend, ran } = splitBackend((request, signal) => {
      controller.abort();
      return signal.aborted ? Promise.reject(new Problem("request-cancelled", "left")) : immediate(request);
    });
    await expect(collect(backend, tinyRequest(), controller.signal)).rejects.toMatchObject({
      code: "request-cancelled",
    });
    expect(ran.filter(({ graph }) => graph === modelFiles.decoder)).toEqual([]);
  });
});
