import { readModelFile } from "../../../functions/assets.ts";
import { decoders } from "../../../src/pixels/decode-web.ts";
import { createWebSession } from "../../../src/runtime/ort-web.ts";
import { describeGoldens } from "../../support/golden-cases.ts";

describeGoldens({
  readAsset: readModelFile,
  createSession: createWebSession,
  decoders,
});
