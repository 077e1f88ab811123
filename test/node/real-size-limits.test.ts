import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { planBatches } from "../../src/decoding/plan-batches.ts";
import { generationSettings } from "../../src/decoding/search.ts";
import { readModelConfig } from "../../src/runtime/model-config.ts";
import { LOCAL_VARIABLES, root } from "../../tools/serve.ts";

async function json(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(root, "test/vectors/florence-2-base", name), "utf8"));
}

it("MAX_CACHED_TOKENS of npm start allows an answer of Florence-2 base with the beams and length of its configuration, and with five beams", async () => {
  const config = readModelConfig({
    config: await json("config.json"),
    generation: await json("generation_config.json"),
    preprocessor: await json("preprocessor_config.json"),
    tokenizer: await json("tokenizer.json"),
  });
  const prompt = { tokens: config.image.tokens + 30 };
  const maxCachedTokens = Number(LOCAL_VARIABLES.MAX_CACHED_TOKENS);
  expect(generationSettings(config, {}).beams).toBe(3);
  for (const decoding of [{}, { beams: 5 }]) {
    expect(planBatches([prompt], { rules: generationSettings(config, decoding), maxCachedTokens })).toEqual([[prompt]]);
  }
});
