import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Backend, Generation } from "../../../src/inference/backend.ts";
import type { InferenceClient } from "../../../src/inference/protocol/client.ts";
import { createRemoteBackend } from "../../../src/placements/remote-backend.ts";
import { createSplitEncoder } from "../../../src/placements/split-encoder.ts";
import { decoders } from "../../../src/pixels/decode-node.ts";
import { createEmbeddedBackend, ISOLATE_MAX_PROMPT_TOKENS } from "../../../src/placements/embedded.ts";
import { modelFiles } from "../../../src/runtime/load-model.ts";
import { readImageConfig } from "../../../src/runtime/model-config.ts";
import { createNativeSessions } from "../../../src/runtime/ort-node.ts";
import { preprocess } from "../../../src/pixels/preprocess.ts";
import { createSplitBackend } from "../../../src/placements/split.ts";
import { createTokenizer } from "../../../src/decoding/tokenizer.ts";
import { generations, goldenImages } from "../../support/mini-goldens.ts";
import { root } from "./environment.ts";

const shards = join(root, "model-shards");
const imageConfig = readImageConfig(
  JSON.parse(await readFile(join(shards, "mini", modelFiles.preprocessor), "utf8")) satisfies unknown,
);

/** A JPEG and a PNG with fifteen prompts each; other tests cover all goldens. */
const images = goldenImages.slice(0, 2);

const platform = {
  modelId: "mini",
  readAsset: async (path: string) => new Response(await readFile(join(shards, path))),
  createSession: createNativeSessions({ threads: 1 }),
  createTokenizer,
  waitUntil: () => {},
  now: Date.now,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  imageBudgetBytes: 64 * 1024 * 1024,
};

/** The whole model in this process; the reference for log-probabilities. */
const embedded = createEmbeddedBackend({
  ...platform,
  preprocess: (image, target) => preprocess(image, target, decoders),
  maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
});

/** The decimal places in which the log-probabilities of two implementations must agree. */
const LOGPROB_DIGITS = 3;

function expectSameLogprobs(actual: readonly Generation[], expected: readonly Generation[]): void {
  for (const [at, { tokenIds, tokenLogprobs }] of actual.entries()) {
    expect(tokenLogprobs).toHaveLength(tokenIds.length);
    for (const [index, logprob] of tokenLogprobs.entries()) {
      expect(logprob).toBeCloseTo(expected[at]?.tokenLogprobs[index] ?? NaN, LOGPROB_DIGITS);
    }
  }
}

/** A backend of the placement `remote`: the whole model on the server. */
export function remoteBackend(client: InferenceClient): Backend {
  return createRemoteBackend({
    client,
    now: Date.now,
    describe: () => Promise.reject(new Error("Nobody asks for a description here.")),
  });
}

/** A backend of the placement `split`: the encoders on the server, as `florence2_encoder` or as bare graphs, the decoder here. */
export function splitBackend(client: InferenceClient): Backend {
  return createSplitBackend({
    ...platform,
    encoder: (embed) =>
      createSplitEncoder({
        client,
        now: Date.now,
        stateBytes: 64 * 1024 * 1024,
        pixels: (image) => preprocess(image, imageConfig, decoders),
        embed,
      }),
  });
}

/** Tests the goldens through a backend, with greedy search and with three beams. */
export function describePlacement(name: string, backendOf: () => Backend): void {
  it(`${name}: is ready`, async () => {
    await expect(backendOf().ready()).resolves.toBeUndefined();
  });

  it.each(images)(`${name}: generates what PyTorch generates on $name, greedy`, async ({ image, goldens }) => {
    const answers = await generations(backendOf(), image, goldens, "greedy");
    expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
    expect(answers.map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
    expect(answers.map(({ promptTokens }) => promptTokens)).toEqual(goldens.map((golden) => golden.prompt_ids.length));
    const expected = await generations(embedded, image, goldens, "greedy");
    expectSameLogprobs(answers, expected);
    expect(answers.every(({ finishReason }) => finishReason === "stop")).toBe(true);
  });

  it.each(images)(`${name}: generates what PyTorch generates on $name, three beams`, async ({ image, goldens }) => {
    const answers = await generations(backendOf(), image, goldens, "beams");
    const ids = answers.map(({ tokenIds }) => tokenIds);
    expect(ids).toEqual(goldens.map(({ beams }) => beams));
    expectSameLogprobs(answers, await generations(embedded, image, goldens, "beams"));
  });
}
