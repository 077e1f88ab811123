import { env } from "cloudflare:workers";
import { decoders } from "../../src/runtime/decode-web.ts";
import { createWebSession } from "../../src/runtime/ort-web.ts";
import { describeGoldens } from "../support/golden-cases.ts";

describeGoldens("the mini model under ONNX Runtime's wasm build, in workerd", {
  readAsset: (path) => env.ASSETS.fetch(`http://assets/${path}`),
  createSession: createWebSession,
  decoders,
});
