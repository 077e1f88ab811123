import { waitUntil } from "cloudflare:workers";
import { MAX_IMAGE_BYTES } from "../src/image/image.ts";
import type { Backend } from "../src/inference/backend.ts";
import { withImageBudget } from "../src/placements/image-budget.ts";
import { ISOLATE_STATE_BYTES } from "../src/placements/encoder-states.ts";
import { createInferenceClient } from "../src/inference/protocol/client.ts";
import { createRemoteBackend } from "../src/placements/remote-backend.ts";
import { memoized } from "../src/inference/memoized.ts";
import { createSplitEncoder } from "../src/placements/split-encoder.ts";
import { decoders } from "../src/pixels/decode-web.ts";
import { createEmbeddedBackend, ISOLATE_MAX_PROMPT_TOKENS } from "../src/placements/embedded.ts";
import { readImageSettings } from "../src/runtime/load-model.ts";
import { createWebSession } from "../src/runtime/ort-web.ts";
import { preprocess } from "../src/pixels/preprocess.ts";
import { describeModel } from "../src/runtime/describe-model.ts";
import { openModelShards } from "../src/weights/shards.ts";
import { createSplitBackend } from "../src/placements/split.ts";
import { createTokenizer } from "../src/decoding/tokenizer.ts";
import { readModelFile } from "./assets.ts";
import { MAX_REMOTE_UNITS } from "./capacity.ts";
import { drawingBytes } from "./drawings.ts";
import { outside } from "./outside.ts";
import type { Variables } from "./variables.ts";

/** Maximum bytes of the images of all running and waiting requests: the isolate's 128 MB minus the model and one image being decoded. */
const IMAGE_BUDGET_BYTES = 12 * 1024 * 1024;

/**
 * Maximum bytes of the images of all requests in flight to a backend, with their messages: four of the largest, as a batch sends at once,
 * and some small ones. What drawing PNGs holds is taken off.
 */
const REMOTE_IMAGE_BUDGET_BYTES = 8 * MAX_IMAGE_BYTES + 8 * 1024 * 1024;

type Placement = Variables["PLACEMENT"];

function clientOf({ BACKEND_URL, BACKEND_TIMEOUT_MS, BACKEND_AUTHORIZATION }: Variables) {
  return createInferenceClient({
    url: BACKEND_URL,
    fetch: outside.fetch,
    now: Date.now,
    sleep: (milliseconds, signal) => scheduler.wait(milliseconds, { signal }),
    random: Math.random,
    headers: BACKEND_AUTHORIZATION === undefined ? {} : { authorization: BACKEND_AUTHORIZATION },
    timeouts: { callMs: BACKEND_TIMEOUT_MS },
  });
}

function isolateModel({ MODEL, MAX_CACHED_TOKENS, BACKEND_TIMEOUT_MS }: Variables) {
  return {
    modelId: MODEL,
    readAsset: readModelFile,
    createSession: createWebSession,
    createTokenizer,
    waitUntil,
    now: Date.now,
    sleep: (milliseconds: number) => scheduler.wait(milliseconds),
    imageBudgetBytes: IMAGE_BUDGET_BYTES,
    maxCachedTokens: MAX_CACHED_TOKENS,
    timeoutMs: BACKEND_TIMEOUT_MS,
  };
}

/**
 * Number of images of a batch that are processed concurrently. An isolate that decodes images has memory for one.
 * Elsewhere four keep a backend busy, and leave two of a Worker's six connections for the cache.
 */
export const IMAGE_CONCURRENCY: Readonly<Record<Placement, number>> = { embedded: 1, split: 1, remote: 4 };

/** The backend of each value of `PLACEMENT`. */
export const placements: Readonly<Record<Placement, (variables: Variables) => Backend>> = {
  embedded: (variables) =>
    createEmbeddedBackend({
      ...isolateModel(variables),
      preprocess: (image, target) => preprocess(image, target, decoders),
      maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
    }),
  split: (variables) => {
    const readSettings = async () => readImageSettings(await openModelShards(readModelFile, variables.MODEL));
    const imageSettings = memoized(readSettings, Date.now);
    return createSplitBackend({
      ...isolateModel(variables),
      encoder: (embed) =>
        createSplitEncoder({
          client: clientOf(variables),
          now: Date.now,
          stateBytes: ISOLATE_STATE_BYTES,
          embed,
          pixels: async (image) => preprocess(image, await imageSettings(), decoders),
        }),
    });
  },
  remote: (variables) => {
    const { MODEL, BACKEND_TIMEOUT_MS } = variables;
    const backend = createRemoteBackend({
      client: clientOf(variables),
      now: Date.now,
      timeoutMs: BACKEND_TIMEOUT_MS,
      describe: async () => describeModel(await openModelShards(readModelFile, MODEL)),
    });
    return withImageBudget(backend, {
      maxBytes: () => REMOTE_IMAGE_BUDGET_BYTES - drawingBytes(),
      maxUnits: MAX_REMOTE_UNITS,
      leaseMs: BACKEND_TIMEOUT_MS,
      now: Date.now,
    });
  },
};
