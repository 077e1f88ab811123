import { env, waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { version } from "../package.json";
import { createService, refusingService } from "../src/answer.ts";
import { Problem } from "../src/contract/problems.ts";
import { tasks } from "../src/florence/tasks.ts";
import { createApp } from "../src/http/app.ts";
import { ISOLATE_LIMITS } from "../src/image/intake.ts";
import { decoders } from "../src/runtime/decode-web.ts";
import { createEmbeddedBackend, ISOLATE_MAX_PROMPT_TOKENS } from "../src/runtime/embedded.ts";
import { createWebSession } from "../src/runtime/ort-web.ts";
import { preprocess } from "../src/runtime/preprocess.ts";
import { createTokenizer } from "../src/runtime/tokenizer.ts";

/** What waiting requests may hold in images: the isolate's 128 MB, less the model and one picture being decoded. */
const MAX_HELD_BYTES = 12 * 1024 * 1024;

const variables = z.object({ MAX_IMAGE_PIXELS: z.coerce.number().pipe(z.int().positive()) }).safeParse(env);
if (!variables.success) console.error(z.prettifyError(variables.error));

const backend = createEmbeddedBackend({
  modelId: "mini",
  // The host is ignored: the binding serves `model-shards/`.
  readAsset: (path) => env.ASSETS.fetch(`https://assets.local/${path}`),
  createSession: createWebSession,
  createTokenizer,
  preprocess: (image, target) => preprocess(image, target, decoders),
  maxPromptTokens: ISOLATE_MAX_PROMPT_TOKENS,
  holdOpen: waitUntil,
  now: () => Date.now(),
  sleep: (milliseconds) => scheduler.wait(milliseconds),
  maxHeldBytes: MAX_HELD_BYTES,
});

export default createApp({
  tasks: Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers })),
  service: variables.success
    ? createService(backend, { ...ISOLATE_LIMITS, maxPixels: variables.data.MAX_IMAGE_PIXELS })
    : refusingService(new Problem("misconfigured", "A variable of this deployment is missing or wrong.")),
  version,
  newRequestId: () => crypto.randomUUID(),
  logError: (problem, requestId) => console.error(requestId, problem),
});
