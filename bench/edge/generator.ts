/**
 * Runs autocannon in its own process, with options as JSON on stdin and the report on stdout. Not autocannon's own command line, which reads bodies as
 * text and so cannot send images.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import * as z from "zod";
import { root } from "../../tools/serve.ts";

const Options = z.object({
  url: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Base64. */
  body: z.string(),
  connections: z.number(),
  duration: z.number(),
});

const autocannon: unknown = createRequire(join(root, "bench/competitors/package.json"))("autocannon");
if (typeof autocannon !== "function") throw new Error("autocannon is not installed: npm ci --prefix bench/competitors");
const { body, ...options } = Options.parse(await json(process.stdin));
const content = body === "" ? {} : { body: Buffer.from(body, "base64") };
console.log(JSON.stringify(await autocannon({ ...options, ...content })));
