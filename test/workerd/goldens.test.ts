import { env } from "cloudflare:workers";
import { decoders } from "../../src/runtime/decode-web.ts";
import { createWebSession } from "../../src/runtime/ort-web.ts";
import { describeGoldens } from "../support/golden-cases.ts";

describeGoldens({
  readAsset: (path) => env.ASSETS.fetch(`http://assets/${path}`),
  createSession: createWebSession,
  decoders,
});
