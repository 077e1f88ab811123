import { describe, expect, it } from "vitest";
import type { Decoders } from "../../src/pixels/decode.ts";
import {
  createEmbeddedBackend,
  type EmbeddedOptions,
  ISOLATE_MAX_PROMPT_TOKENS,
} from "../../src/placements/embedded.ts";
import { preprocess } from "../../src/pixels/preprocess.ts";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import { generations, goldenImages, type Search } from "./mini-goldens.ts";

/** The dependencies that differ between platforms. */
export interface Platform extends Pick<EmbeddedOptions, "readAsset" | "createSession"> {
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

/** Tests every golden of one kind of search on one platform: 24 images with fifteen tasks each. */
export function describeGoldens(platform: Platform, search: Search): void {
  describeImages(platform, search, goldenImages);

  it("is tested on 24 images and 360 answers", () => {
    expect(goldenImages.flatMap(({ goldens }) => goldens)).toHaveLength(360);
    expect(goldenImages).toHaveLength(24);
  });
}

/** Tests the goldens of some images. */
export function describeImages(platform: Platform, search: Search, images: typeof goldenImages): void {
  const backend = miniBackend(platform);

  describe(`the mini model, ${search}`, () => {
    it.each(images)("generates what PyTorch generates on $name, for all fifteen tasks", async ({ image, goldens }) => {
      const answers = await generations(backend, image, goldens, search);
      expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(goldens.map((golden) => golden[search]));
      expect(answers.map(({ promptTokens }) => promptTokens)).toEqual(
        goldens.map((golden) => golden.prompt_ids.length),
      );
      // The goldens have texts for greedy search only.
      if (search === "beams") return;
      expect(answers.map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
    });
  });
}
