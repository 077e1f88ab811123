import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ISOLATE_MAX_PROMPT_TOKENS } from "../../src/runtime/embedded.ts";
import { loadModel } from "../../src/runtime/load-model.ts";
import { createWebSession, linearMemoryBytes } from "../../src/runtime/ort-web.ts";
import { openModelShards } from "../../src/runtime/shards.ts";
import { createTokenizer } from "../../src/runtime/tokenizer.ts";

const MiB = 1024 * 1024;

/** Longest answer that the mini model has positions for. */
const MAX_STEPS = 1024;

it("the mini model's linear memory leaves half the isolate free, also for the longest prompt and answer", async () => {
  const shards = await openModelShards((path) => env.ASSETS.fetch(`http://assets/${path}`), "mini");
  const { florence } = await loadModel({
    shards,
    createSession: createWebSession,
    createTokenizer,
    progress: () => {},
  });
  expect(linearMemoryBytes()).toBeLessThan(64 * MiB);

  const features = await florence.encodeImage(new Float32Array(3 * 256 * 256));
  const promptIds = Array.from({ length: ISOLATE_MAX_PROMPT_TOKENS }, () => 300);
  const encoded = await florence.encodePrompt(features, promptIds);
  let state = florence.begin(encoded);
  for (let count = 0; count < MAX_STEPS; count++) {
    const next = await florence.step(state, 705);
    florence.release(state, [next.state]);
    state = next.state;
  }
  expect(linearMemoryBytes()).toBeLessThan(80 * MiB);
});
