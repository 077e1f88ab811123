import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { createService } from "../src/answering/answer.ts";
import { createCachedGenerations } from "../src/generations/cached-generations.ts";
import type { CallContext, Service } from "../src/contract/service.ts";
import { ISOLATE_LIMITS } from "../src/image/image.ts";
import type { Backend } from "../src/inference/backend.ts";
import { decoders } from "../src/pixels/decode-node.ts";
import { createEmbeddedBackend, type EmbeddedOptions, ISOLATE_MAX_PROMPT_TOKENS } from "../src/placements/embedded.ts";
import { createNativeSessions } from "../src/runtime/ort-node.ts";
import { preprocess } from "../src/pixels/preprocess.ts";
import type { CreateSession } from "../src/runtime/session.ts";
import type { ReadAsset } from "../src/weights/shards.ts";
import { createTokenizer } from "../src/decoding/tokenizer.ts";
import { root } from "../tools/serve.ts";

/** Reads assets from a folder. */
export function assetsIn(folder: string): ReadAsset {
  return async (path) => new Response(await readFile(join(folder, path)));
}

/** The mini model in this process, configured as in the isolate except for the sessions and `changes`. A timer of 0 ms would take 1 ms in Node. */
export function nativeBackend(createSession: CreateSession, changes: Partial<EmbeddedOptions> = {}): Backend {
  return createEmbeddedBackend({
    modelId: "mini",
    readAsset: assetsIn(join(root, "model-shards")),
    createSession,
    createTokenizer,
    preprocess: (image, target) => preprocess(image, target, decoders),
    maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
    waitUntil: () => {},
    now: () => performance.now(),
    sleep: (milliseconds) => (milliseconds === 0 ? setImmediate() : setTimeout(milliseconds)),
    imageBudgetBytes: Infinity,
    ...changes,
  });
}

/** A call that bypasses the cache. */
export function freshCall(): CallContext {
  const cache = { noStore: true, noCache: false, onlyIfCached: false, maxAge: undefined, staleIfError: undefined };
  return {
    signal: new AbortController().signal,
    caller: "",
    trace: { requestId: "bench", traceparent: undefined },
    cache,
  };
}

/** The whole service in this process: the same graphs, search and preprocessing on native ONNX Runtime, without HTTP. */
export function nativeService(threads: number): Service {
  const backend = nativeBackend(createNativeSessions({ threads }));
  const [now, sleep] = [() => performance.now(), (milliseconds: number) => setTimeout(milliseconds)];
  const nothing = { stores: [], ttlSeconds: 0, memoryBytes: 0, salt: "", waitUntil: () => {} };
  const find = createCachedGenerations({ backend, now, sleep, ...nothing });
  return createService({ backend, find, limits: ISOLATE_LIMITS, now });
}
