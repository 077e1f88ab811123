import { expect, it } from "vitest";
import { readModelFile } from "../../../functions/assets.ts";
import { ISOLATE_MAX_CACHED_TOKENS, ISOLATE_MAX_PROMPT_TOKENS } from "../../../src/placements/embedded.ts";
import { loadModel } from "../../../src/runtime/load-model.ts";
import { createWebSession, linearMemoryBytes } from "../../../src/runtime/ort-web.ts";
import { openModelShards } from "../../../src/weights/shards.ts";
import { createTokenizer } from "../../../src/decoding/tokenizer.ts";

const MiB = 1024 * 1024;

/** The length in tokens of the longest answer that the mini model has positions for. */
const MAX_STEPS = 1024;

const VISUAL_TOKENS = 65;

it("the mini model's linear memory leaves almost half of the isolate free, even with the longest prompt and answer and with three beams", async () => {
  const shards = await openModelShards(readModelFile, "mini");
  const { florence } = await loadModel({
    shards,
    createSession: createWebSession,
    createTokenizer,
    progress: () => {},
  });
  expect(linearMemoryBytes()).toBeLessThan(44 * MiB);

  const images = await florence.encodeImages([new Float32Array(3 * 256 * 256)]);
  const promptIds = Array.from({ length: ISOLATE_MAX_PROMPT_TOKENS }, () => 300);
  const encoded = await florence.encodePrompts(images.map((features) => ({ features, ids: promptIds })));
  const generate = async (rows: number, steps: number): Promise<void> => {
    let state = florence.begin(Array.from({ length: rows }, () => encoded).flat());
    for (let count = 0; count < steps; count++) {
      const next = await florence.step(
        state,
        state.prompts.map(() => 705),
      );
      florence.release(state, [next.state]);
      state = next.state;
    }
    florence.release(state, []);
  };
  await generate(1, MAX_STEPS);
  expect(linearMemoryBytes()).toBeLessThan(62 * MiB);

  const beams = 3;
  await generate(beams, Math.floor(ISOLATE_MAX_CACHED_TOKENS / beams) - promptIds.length - VISUAL_TOKENS);
  expect(linearMemoryBytes()).toBeLessThan(68 * MiB);
});
