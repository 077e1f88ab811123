import { describe, expect, it } from "vitest";
import type { Decoders } from "../../src/pixels/decode.ts";
import {
  createEmbeddedBackend,
  type EmbeddedOptions,
  ISOLATE_MAX_PROMPT_TOKENS,
} from "../../src/placements/embedded.ts";
import { preprocess } from "../../src/pixels/preprocess.ts";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import { generations, goldenImages } from "./mini-goldens.ts";

/** What differs from one platform to the other. */
interface Platform extends Pick<EmbeddedOptions, "readAsset" | "createSession"> {
  readonly decoders: Decoders;
}

function miniBackend({ decoders, ...platform }: Platform) {
  return createEmbeddedBackend({
    ...platform,
    modelId: "mini",
    createTokenizer,
    preprocess: (image, target) => preprocess(image, target, decoders),
    maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
    waitUntil: () => {},
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    imageBudgetBytes: 1,
  });
}

/** Every golden, greedy and with beams, on one platform. */
export function describeGoldens(platform: Platform): void {
  const backend = miniBackend(platform);

  describe("the mini model", () => {
    it.each(goldenImages)("writes what PyTorch writes on $name, for all fifteen tasks", async ({ image, goldens }) => {
      const answers = await generations(backend, image, goldens, "greedy");
      expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
      expect(answers.map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
      expect(answers.map(({ promptTokens }) => promptTokens)).toEqual(
        goldens.map((golden) => golden.prompt_ids.length),
      );
    });

    it.each(goldenImages)("writes with three beams what PyTorch writes on $name", async ({ image, goldens }) => {
      const answers = await generations(backend, image, goldens, "beams");
      const ids = answers.map(({ tokenIds }) => tokenIds);
      expect(ids).toEqual(goldens.map(({ beams }) => beams));
    });

    it("is tried on 24 pictures and 360 answers each way", () => {
      expect(goldenImages.flatMap(({ goldens }) => goldens)).toHaveLength(360);
      expect(goldenImages).toHaveLength(24);
    });
  });
}
