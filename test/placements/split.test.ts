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

/** What the tiny model's own encoder gives: as many places as it reads. */
function tinyStates({ prompts }: EncodeRequest): readonly EncoderStates[] {
  return prompts.map(({ ids }) => {
    const length = TINY_VISUAL_TOKENS + ids.length;
    return { type: "float32", data: new Float32Array(length), dims: [1, length, 1] };
  });
}

/** The tiny model's decoder, its encoders elsewhere. */
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

const answering = (request: EncodeRequest) => Promise.resolve(tinyStates(request));

describe("a split backend", () => {
  it("writes what the whole model writes", async () => {
    const request = tinyRequest({ prompts: ["a", "bb", "a"] });
    const whole = await collect(tinyBackend().backend, request);
    expect(await collect(splitBackend(answering).backend, request)).toEqual(whole);
  });

  it("loads no encoder, and reads no picture", async () => {
    const { backend, created, asked } = splitBackend(answering);
    await collect(backend, tinyRequest({ trace: { requestId: "r1" } }));
    expect(created).toEqual([modelFiles.decoder, modelFiles.embedTokens]);
    expect(asked).toMatchObject([
      { image: { digest: "d1" }, prompts: [{ text: "a", ids: [0, 4, 2] }], trace: { requestId: "r1" } },
    ]);
  });

  it("asks once for all prompts of a request", async () => {
    const { backend, asked } = splitBackend(answering);
    await collect(backend, tinyRequest({ prompts: ["a", "bb"] }));
    expect(asked.map(({ prompts }) => prompts.map(({ text }) => text))).toEqual([["a", "bb"]]);
  });

  it("asks for further prompts once the first are answered, where the states of all are more than a reply may have", async () => {
    const request = tinyRequest({ prompts: ["a", "bb", "a", "a"] });
    const answersOf = async (backend: Backend) =>
      (await collect(backend, request)).filter(({ type }) => type === "done").toSorted((a, b) => a.prompt - b.prompt);
    const widthBytes = 4;
    const ofTwo = 2 * (TINY_VISUAL_TOKENS + 4) * widthBytes;
    const { backend, asked } = splitBackend(answering, { maxStateBytes: ofTwo });
    expect(await answersOf(backend)).toEqual(await answersOf(tinyBackend().backend));
    expect(asked.map(({ prompts }) => prompts.map(({ text }) => text))).toEqual([
      ["a", "bb"],
      ["a", "a"],
    ]);
  });

  it("makes no answer of two encoders' parts", async () => {
    const request = tinyRequest({ prompts: ["a", "bb"] });
    const { backend } = splitBackend(answering, { maxStateBytes: 1, revisionOf: (call) => `r${call}` });
    await expect(collect(backend, request)).rejects.toBeInstanceOf(ModelChanged);
  });

  it("never asks for more than the client takes of a reply", () => {
    expect(2 * MAX_STATE_BYTES).toBeLessThanOrEqual(DEFAULT_MAX_REPLY_BYTES);
  });

  it("decodes for others while one waits for its states", async () => {
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

  it("refuses a prompt that is too long before it asks anybody", async () => {
    const { backend, asked } = splitBackend(answering);
    const long = tinyRequest({ prompts: ["a".repeat(2000)] });
    await expect(collect(backend, long)).rejects.toMatchObject({ code: "prompt-too-long" });
    expect(asked).toEqual([]);
  });

  it("passes on what the encoders fail with, and answers the next", async () => {
    let fails = true;
    const { backend } = splitBackend(async (request) => {
      if (fails) throw new Problem("backend-unavailable", "down");
      return tinyStates(request);
    });
    await expect(collect(backend)).rejects.toMatchObject({ code: "backend-unavailable" });
    fails = false;
    expect((await collect(backend)).at(-1)).toMatchObject({ type: "done" });
  });

  it("stops waiting for states when nobody wants them", async () => {
    const controller = new AbortController();
    const { backend, ran } = splitBackend((request, signal) => {
      controller.abort();
      return signal.aborted ? Promise.reject(new Problem("request-cancelled", "left")) : answering(request);
    });
    await expect(collect(backend, tinyRequest(), controller.signal)).rejects.toMatchObject({
      code: "request-cancelled",
    });
    expect(ran.filter(({ graph }) => graph === modelFiles.decoder)).toEqual([]);
  });
});
