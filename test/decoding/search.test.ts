import { describe, expect, it } from "vitest";
import { readModelConfig } from "../../src/runtime/model-config.ts";
import { generationSettings } from "../../src/decoding/search.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { TINY_POSITIONS, tinyFiles } from "../support/tiny-model.ts";

const json = (path: string): unknown => JSON.parse(new TextDecoder().decode(tinyFiles.get(path)));
const config = readModelConfig({
  config: json(modelFiles.config),
  generation: { ...Object(json(modelFiles.generation)), num_beams: 3, length_penalty: 2, max_new_tokens: 9 },
  preprocessor: json(modelFiles.preprocessor),
  tokenizer: json(modelFiles.tokenizer),
});

describe("the rules of a search", () => {
  it("are the checkpoint's if the caller sets none", () => {
    const decoding = { maxNewTokens: undefined, beams: undefined };
    expect(generationSettings(config, decoding)).toEqual({ ...config.generation, maxLength: 10 });
  });

  it("prefer the caller's over the checkpoint's", () => {
    const decoding = {
      maxNewTokens: 4,
      beams: 2,
      noRepeatNgramSize: 3,
      earlyStopping: "never",
      lengthPenalty: 0,
    } as const;
    expect(generationSettings(config, decoding)).toEqual({ ...config.generation, ...decoding, maxLength: 5 });
  });

  it("never allow more tokens than there are positions", () => {
    expect(generationSettings(config, { maxNewTokens: 1000 }).maxLength).toBe(TINY_POSITIONS + 1);
  });
});
