import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createService } from "../src/answer.ts";
import type { Service } from "../src/contract/service.ts";
import { ISOLATE_LIMITS } from "../src/image/intake.ts";
import { decoders } from "../src/runtime/decode-node.ts";
import { createEmbeddedBackend, ISOLATE_MAX_PROMPT_TOKENS } from "../src/runtime/embedded.ts";
import { createNativeSessions } from "../src/runtime/ort-node.ts";
import { preprocess } from "../src/runtime/preprocess.ts";
import { createTokenizer } from "../src/runtime/tokenizer.ts";
import { root } from "../tools/serve.ts";

/** The whole service in this process: the same graphs, search and preprocessing on native ONNX Runtime, without HTTP. */
export function nativeService(threads: number): Service {
  const backend = createEmbeddedBackend({
    modelId: "mini",
    readAsset: async (path) => new Response(await readFile(join(root, "model-shards", path))),
    createSession: createNativeSessions({ threads }),
    createTokenizer,
    preprocess: (image, target) => preprocess(image, target, decoders),
    maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
    holdOpen: () => {},
    now: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    maxHeldBytes: Infinity,
  });
  return createService(backend, ISOLATE_LIMITS);
}
