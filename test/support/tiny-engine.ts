import { createEngine, type EngineLimits, type GenerateJob } from "../../src/engine/engine.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { loadModel } from "../../src/runtime/load-model.ts";
import { openModelShards } from "../../src/weights/shards.ts";
import { nextTask, tinyAssets } from "./tiny-backend.ts";
import { tinySessions, tinyTokenizer } from "./tiny-model.ts";

const limits: EngineLimits = { maxBatch: 8, windowMs: 0, maxRows: 16, featureBytes: 1000 };

/** An engine with the tiny model, and the recorded runs of its graphs. */
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

/** A job with one prompt on the image with this digest. */
export const job = (digest: string, changes: Partial<GenerateJob> = {}): GenerateJob => ({
  digest,
  pixels: new Float32Array(3),
  prompts: ["a"],
  decoding: {},
  ...changes,
});

/** The engine of `tinyEngine`. */
export type TinyEngine = Awaited<ReturnType<typeof tinyEngine>>["engine"];

/** Runs one job and returns all its events. */
export async function eventsOf(
  engine: TinyEngine,
  request: GenerateJob,
  signal = new AbortController().signal,
): Promise<readonly GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  await engine.generate(request, (event) => events.push(event), signal);
  return events;
}
