import type { Backend, EncodedImage, GenerateRequest, GenerationEvent } from "../../src/inference/backend.ts";
import { createEmbeddedBackend, type EmbeddedOptions } from "../../src/placements/embedded.ts";
import { readFrom, shardFiles, tinyFiles, tinySessions, tinyTokenizer } from "./tiny-model.ts";

const { manifest, assets } = await shardFiles(tinyFiles);
const image: EncodedImage = { bytes: new Uint8Array(10), format: "png", width: 1, height: 1, digest: "d1" };

/** The tiny model's files, complete and valid. */
export const tinyAssets = readFrom(manifest, assets);

/** Resolves in the next macrotask, when all pending work has run. */
export const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** An embedded backend with the tiny model, the recorded runs of its graphs, and the promises passed to `waitUntil`. */
export function tinyBackend(changes: Partial<EmbeddedOptions> = {}) {
  const sessions = tinySessions();
  const pending: Promise<void>[] = [];
  const backend = createEmbeddedBackend({
    modelId: "tiny",
    readAsset: tinyAssets,
    createSession: sessions.create,
    createTokenizer: () => tinyTokenizer,
    preprocess: async () => new Float32Array(3),
    maxPromptTokens: 100,
    waitUntil: (work) => pending.push(work),
    now: () => 0,
    sleep: nextTask,
    imageBudgetBytes: 1000,
    ...changes,
  });
  const count = (graph: string) => sessions.ran.filter((run) => run.graph === graph).length;
  return { backend, pending, count, ...sessions };
}

/** A request with one prompt on one image. */
export function tinyRequest(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return { image, prompts: ["a"], decoding: {}, ...changes };
}

/** Collects all events of one request. */
export async function collect(
  backend: Backend,
  request = tinyRequest(),
  signal = new AbortController().signal,
): Promise<readonly GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of backend.generate(request, signal)) events.push(event);
  return events;
}
