import { readModelFile } from "../../functions/assets.ts";
import { decoders } from "../../src/pixels/decode-web.ts";
import { createWebSession } from "../../src/runtime/ort-web.ts";
import type { Platform } from "../support/golden-cases.ts";

/** The mini model in workerd, on onnxruntime-web. */
export const miniInWorkerd: Platform = { readAsset: readModelFile, createSession: createWebSession, decoders };
