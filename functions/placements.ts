import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
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

/** What waiting requests may hold in images: the isolate's 128 MB, less the model and one picture being decoded. */
const IMAGE_BUDGET_BYTES = 12 * 1024 * 1024;

/**
 * What pictures may hold that a backend elsewhere is asked about, with their messages: four of the largest, which a batch has under way,
 * and some small ones beside them.
 */
const REMOTE_IMAGE_BUDGET_BYTES = 8 * MAX_IMAGE_BYTES + 8 * 1024 * 1024;

/** What Workers KV demands at least. */
const MIN_TTL_SECONDS = 60;

const count = z.coerce.number().pipe(z.int().positive());

/** The variables of a deployment; wrangler.toml says what each is for. */
export const Variables = z
  .object({
    MAX_IMAGE_PIXELS: count,
    MAX_CACHED_TOKENS: count,
    PLACEMENT: z.enum(["embedded", "split", "remote"]),
    MODEL: z.string().min(1),
    BACKEND_URL: z.union([z.url({ protocol: /^https?$/ }), z.literal("")]),
    BACKEND_TIMEOUT_MS: count,
    CACHE_TTL_SECONDS: count.pipe(z.number().min(MIN_TTL_SECONDS)),
    CACHE_MEMORY_BYTES: z.coerce.number().pipe(z.int().min(0)),
    CACHE_SALT: z.string(),
    ALLOW_HTTP_IMAGES: z.enum(["true", "false"]),
    IMAGE_DNS_URL: z.union([z.url({ protocol: /^https$/ }), z.literal("")]),
    /** A secret. */
    BACKEND_AUTHORIZATION: z.string().optional(),
  })
  .refine(({ PLACEMENT, BACKEND_URL }) => PLACEMENT === "embedded" || BACKEND_URL !== "", {
    path: ["BACKEND_URL"],
    error: "This placement needs the address of a backend.",
  });
type Variables = z.infer<typeof Variables>;

function clientOf({ BACKEND_URL, BACKEND_TIMEOUT_MS, BACKEND_AUTHORIZATION }: Variables) {
  return createInferenceClient({
    url: BACKEND_URL,
    fetch: (url, init) => fetch(url, init),
    now: Date.now,
    sleep: (milliseconds, signal) => scheduler.wait(milliseconds, { signal }),
    random: Math.random,
    headers: BACKEND_AUTHORIZATION === undefined ? {} : { authorization: BACKEND_AUTHORIZATION },
    timeouts: { callMs: BACKEND_TIMEOUT_MS },
  });
}

function isolateModel({ MODEL, MAX_CACHED_TOKENS }: Variables) {
  return {
    modelId: MODEL,
    readAsset: readModelFile,
    createSession: createWebSession,
    createTokenizer,
    waitUntil: waitUntil,
    now: Date.now,
    sleep: (milliseconds: number) => scheduler.wait(milliseconds),
    imageBudgetBytes: IMAGE_BUDGET_BYTES,
    maxCachedTokens: MAX_CACHED_TOKENS,
  };
}

/**
 * Images of a batch that are worked on at the same time. Where the isolate decodes them it has memory for one; elsewhere four keep a backend
 * busy, and of the six connections that a Worker may have open two are left for the cache.
 */
export const IMAGE_CONCURRENCY: Readonly<Record<Variables["PLACEMENT"], number>> = { embedded: 1, split: 1, remote: 4 };

/** Where the model runs, by the value of `PLACEMENT`. */
export const placements: Readonly<Record<Variables["PLACEMENT"], (variables: Variables) => Backend>> = {
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
      maxBytes: REMOTE_IMAGE_BUDGET_BYTES,
      leaseMs: BACKEND_TIMEOUT_MS,
      now: Date.now,
    });
  },
};
