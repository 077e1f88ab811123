import { createEngine, type EngineLimits, type GenerateJob } from "../../src/engine/engine.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { loadModel } from "../../src/runtime/load-model.ts";
import { openModelShards } from "../../src/weights/shards.ts";
import { nextTask, tinyAssets } from "./tiny-backend.ts";
import { tinySessions, tinyTokenizer } from "./tiny-model.ts";

const limits: EngineLimits = { maxBatch: 8, windowMs: 0, maxRows: 16, featureBytes: 1000 };

/** An engine around the tiny model, and what its graphs were asked. */
export async function tinyEngine(changes: Partial<EngineLimits> = {}) {
  const sessions = tinySessions();
  const model = await loadModel({
    shards: await openModelShards(tinyAssets, "tiny"),
    createSession: sessions.create,
    createTokenizer: () => tinyTokenizer,
    progress: () => {},
  });
  const engine = createEngine(model, { ...limits, ...changes }, { now: () => 0, sleep: nextTask, onChange: () => {} });
  const rowsOf = (graph: string, input: string) =>
    sessions.ran.filter((run) => run.graph === graph).map(({ inputs }) => inputs[input]?.dims[0] ?? 0);
  return { engine, model, rowsOf, ...sessions };
}

export const job = (digest: string, changes: Partial<GenerateJob> = {}): GenerateJob => ({
  digest,
  pixels: new Float32Array(3),
  prompts: ["a"],
  decoding: {},
  ...changes,
});

export type TinyEngine = Awaited<ReturnType<typeof tinyEngine>>["engine"];

/** All events of one job. */
export async function eventsOf(
  engine: TinyEngine,
  asked: GenerateJob,
  signal = new AbortController().signal,
): Promise<readonly GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  await engine.generate(asked, (event) => events.push(event), signal);
  return events;
}
