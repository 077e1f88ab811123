import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decoders } from "../../src/runtime/decode-node.ts";
import { createEmbeddedBackend, ISOLATE_MAX_PROMPT_TOKENS } from "../../src/runtime/embedded.ts";
import { createNativeSessions } from "../../src/runtime/ort-node.ts";
import { preprocess } from "../../src/runtime/preprocess.ts";
import { createTokenizer } from "../../src/runtime/tokenizer.ts";
import { expectedBeams, generations, goldenPictures } from "../support/mini-goldens.ts";

const shards = join(import.meta.dirname, "../../model-shards");

const backend = createEmbeddedBackend({
  modelId: "mini",
  readAsset: async (path) => new Response(await readFile(join(shards, path))),
  createSession: createNativeSessions({ threads: 1 }),
  createTokenizer,
  preprocess: (image, target) => preprocess(image, target, decoders),
  maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
  holdOpen: () => {},
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  maxHeldBytes: 1,
});

describe("the mini model under ONNX Runtime's native build", () => {
  it.each(goldenPictures)("writes what PyTorch writes on $name, for all fifteen tasks", async ({ image, goldens }) => {
    const answers = await generations(backend, image, goldens, "greedy");
    expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
    expect(answers.map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
    expect(answers.map(({ promptTokens }) => promptTokens)).toEqual(goldens.map((golden) => golden.prompt_ids.length));
  });

  it.each(goldenPictures)("writes with three beams what PyTorch writes on $name", async ({ image, goldens }) => {
    const answers = await generations(backend, image, goldens, "beams");
    const ids = answers.map(({ tokenIds }) => tokenIds);
    expect(ids).toEqual(goldens.map((golden, at) => expectedBeams(golden, ids[at])));
  });

  it("is tried on 24 pictures and 360 answers each way", () => {
    expect(goldenPictures.flatMap(({ goldens }) => goldens)).toHaveLength(360);
    expect(goldenPictures).toHaveLength(24);
  });
});
