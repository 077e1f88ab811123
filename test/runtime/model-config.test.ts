import { describe, expect, it } from "vitest";
import { readFirstLocationId, readModelConfig, type ModelFiles } from "../../src/runtime/model-config.ts";
import baseConfig from "../vectors/florence-2-base/config.json" with { type: "json" };
import baseGeneration from "../vectors/florence-2-base/generation_config.json" with { type: "json" };
import basePreprocessor from "../vectors/florence-2-base/preprocessor_config.json" with { type: "json" };
import baseTokenizer from "../vectors/florence-2-base/tokenizer.json" with { type: "json" };
import miniConfig from "../../model-shards/mini/config.json" with { type: "json" };
import miniGeneration from "../../model-shards/mini/generation_config.json" with { type: "json" };
import miniPreprocessor from "../../model-shards/mini/preprocessor_config.json" with { type: "json" };
import miniTokenizer from "../../model-shards/mini/tokenizer.json" with { type: "json" };

const base: ModelFiles = {
  config: baseConfig,
  generation: baseGeneration,
  preprocessor: basePreprocessor,
  tokenizer: baseTokenizer,
};
const mini: ModelFiles = {
  config: miniConfig,
  generation: miniGeneration,
  preprocessor: miniPreprocessor,
  tokenizer: miniTokenizer,
};
const statistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe("a model's configuration", () => {
  it("is read from the mini model's files", () => {
    expect(readModelConfig(mini)).toEqual({
      image: { size: 256, tokens: 65, ...statistics },
      generation: {
        startTokenId: 2,
        endTokenId: 2,
        forcedFirstTokenId: 0,
        forcedLastTokenId: 2,
        noRepeatNgramSize: 0,
        beams: 1,
        earlyStopping: false,
        lengthPenalty: 1,
        maxNewTokens: 256,
        vocabularySize: 1726,
        imageTokenId: 1725,
      },
      positions: 1024,
      attentionHeads: 8,
      headSize: 32,
    });
  });

  it("is read from Florence-2-base's files", () => {
    expect(readModelConfig(base)).toEqual({
      image: { size: 768, tokens: 577, ...statistics },
      generation: {
        startTokenId: 2,
        endTokenId: 2,
        forcedFirstTokenId: 0,
        forcedLastTokenId: 2,
        noRepeatNgramSize: 3,
        beams: 3,
        earlyStopping: true,
        lengthPenalty: 1,
        maxNewTokens: 1024,
        vocabularySize: 51289,
        imageTokenId: undefined,
      },
      positions: 1024,
      attentionHeads: 12,
      headSize: 64,
    });
  });

  it("takes settings that generation_config.json lacks from text_config", () => {
    const { generation } = readModelConfig({ ...base, generation: {} });
    expect(generation).toEqual(readModelConfig(base).generation);
  });

  it.each([
    [{ max_new_tokens: 7, max_length: 20 }, 7],
    [{ max_length: 20 }, 19],
  ])("computes the limit of new tokens as transformers does: %j", (limits, maxNewTokens) => {
    const { generation } = readModelConfig({ ...base, generation: limits });
    expect(generation.maxNewTokens).toBe(maxNewTokens);
  });

  it("finds the id of the first location token", () => {
    expect(readFirstLocationId(baseTokenizer)).toBe(50269);
    expect(readFirstLocationId(miniTokenizer)).toBe(705);
  });
});

describe("an invalid file", () => {
  it.each([
    ["config.json", { ...mini, config: { text_config: {} } }],
    ["generation_config.json", { ...mini, generation: { eos_token_id: "2" } }],
    ["preprocessor_config.json", { ...mini, preprocessor: { ...miniPreprocessor, image_mean: [0.5] } }],
    ["preprocessor_config.json", { ...mini, preprocessor: { ...miniPreprocessor, size: { height: 2, width: 3 } } }],
    ["tokenizer.json", { ...mini, tokenizer: [] }],
  ] satisfies readonly [string, ModelFiles][])("is named in the error: %s", (file, files) => {
    const detail = expect.stringMatching(`^${file}: `);
    expect(() => readModelConfig(files)).toThrow(expect.objectContaining({ code: "model-corrupt", detail }));
  });

  it("includes a tokenizer without location tokens", () => {
    const tokenizer = { model: { vocab: {} }, added_tokens: [] };
    expect(() => readFirstLocationId(tokenizer)).toThrow(expect.objectContaining({ code: "model-corrupt" }));
  });
});
