import * as z from "zod";
import { isAuthorizationValue } from "../inference/protocol/authorization.ts";

const count = z.coerce.number().pipe(z.int().positive());
const MEBIBYTE = 1024 * 1024;

/** Threads that decode images on a machine of many cores: four decode 16 photographs of 12 megapixels a second. */
const MAX_DEFAULT_DECODERS = 4;

/**
 * Returns the schema of the GPU backend's command-line flags, with their defaults. `providers` are the execution providers of the
 * runtime, the default first; `cores` is the number of CPU cores.
 */
export function servingFlags(providers: readonly [string, ...string[]], cores: number) {
  return z.object({
    model: z.string().default("mini"),
    shards: z.string().optional(),
    host: z.string().default("127.0.0.1"),
    port: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(8000),
    provider: z.enum(providers).default(providers[0]),
    /** One core is left free for decoding images and for HTTP. */
    threads: count.default(Math.max(1, cores - 1)),
    "max-batch": count.default(8),
    "window-ms": z.coerce.number().nonnegative().default(1),
    "max-rows": count.default(64),
    "max-queue": count.default(256),
    "max-units": count.default(4096),
    "feature-cache-mb": z.coerce
      .number()
      .nonnegative()
      .default(256)
      .transform((megabytes) => megabytes * MEBIBYTE),
    /** Two at least, so that a large image does not keep all others waiting; each may take 0.7 GB for an image of 60 megapixels. */
    "decode-threads": count.default(Math.min(MAX_DEFAULT_DECODERS, Math.max(2, cores - 1))),
    "max-image-pixels": count.default(60_000_000),
    "offer-fp16": z.boolean().default(false),
    /** Off: the placement `split` uses `florence2_encoder`, and needs the bare graphs of servers that lack it. */
    graphs: z.boolean().default(false),
    authorization: z
      .string()
      .trim()
      .refine(isAuthorizationValue, {
        error: "Of visible ASCII characters, and not empty: leave it out for no secret.",
      })
      .optional(),
    "drain-seconds": z.coerce.number().nonnegative().default(25),
  });
}

/** The text that `--help` prints. */
export const SERVING_USAGE = `Usage: npm run gpu -- [flags]

  --model mini            a model of the manifest in --shards
  --shards model-shards   the folder of manifest.json
  --host 127.0.0.1        0.0.0.0 to be reached from other machines
  --port 8000             0 takes a free one
  --provider cpu          cpu, cuda, webgpu, coreml or dml
  --threads N             of one graph on the CPU; all cores but one when left out
  --max-batch 8           images, or prompts, in one encoder pass
  --window-ms 1           how long a batch that is not full waits for more items
  --max-rows 64           sequences decoded at once, beams counted
  --max-queue 256         requests running and waiting; more are answered 503
  --max-units 4096        units of their work; a caller may have as many as are free
  --feature-cache-mb 256  for cached image features
  --decode-threads N      decode images; all cores but one when left out, but 2 to 4
  --max-image-pixels N    60 million; they are decoded in up to 2.4 s
  --offer-fp16            offer encoder states as FP16 too
  --graphs                serve the bare graphs too: for clients with their own decoding loop
  --authorization VALUE   the Authorization header that requests must have, as "Bearer secret"; better in the
                          environment, as BACKEND_AUTHORIZATION: others can read command lines
  --drain-seconds 25      how long SIGTERM waits for requests in flight`;
