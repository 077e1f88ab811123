import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Backend } from "../../src/inference/backend.ts";
import { ISOLATE_STATE_BYTES } from "../../src/placements/encoder-states.ts";
import { createGraphEncoder, type GraphEncoderOptions } from "../../src/placements/graph-encoder.ts";
import { createInferenceClient } from "../../src/inference/protocol/client.ts";
import { createRemoteBackend } from "../../src/placements/remote-backend.ts";
import { createSplitEncoder } from "../../src/placements/split-encoder.ts";
import { decoders } from "../../src/pixels/decode-node.ts";
import { readImageSettings } from "../../src/runtime/load-model.ts";
import { createNativeSessions } from "../../src/runtime/ort-node.ts";
import { preprocess } from "../../src/pixels/preprocess.ts";
import { describeModel } from "../../src/runtime/describe-model.ts";
import { openModelShards } from "../../src/weights/shards.ts";
import { createSplitBackend } from "../../src/placements/split.ts";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";

const folder = join(import.meta.dirname, "../../model-shards");
const readAsset = async (path: string) => new Response(await readFile(join(folder, path)));
const openMini = () => openModelShards(readAsset, "mini");

/** A client of the server at this address, with default timeouts. */
export function clientAt(url: URL) {
  return createInferenceClient({
    url: url.href,
    fetch: (address, init) => fetch(address, init),
    now: Date.now,
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    random: Math.random,
  });
}

/** The placement `remote`: the whole mini model at this address. */
export function remoteAt(url: URL): Backend {
  return createRemoteBackend({
    client: clientAt(url),
    now: Date.now,
    describe: async () => describeModel(await openMini()),
  });
}

/** The placement `split`: the decoder here, the encoders at this address, as the server offers them or always as bare graphs. */
export function splitAt(url: URL, encoders: "offered" | "graphs"): Backend {
  const create = encoders === "offered" ? createSplitEncoder : createGraphEncoder;
  return createSplitBackend({
    modelId: "mini",
    readAsset,
    createSession: createNativeSessions({ threads: 1 }),
    createTokenizer,
    waitUntil: () => {},
    now: Date.now,
    sleep: (milliseconds) => setTimeout(milliseconds),
    imageBudgetBytes: Infinity,
    encoder: (embed) => create(encoderOptions(url, embed)),
  });
}

function encoderOptions(url: URL, embed: GraphEncoderOptions["embed"]): GraphEncoderOptions {
  return {
    client: clientAt(url),
    now: Date.now,
    stateBytes: ISOLATE_STATE_BYTES,
    embed,
    pixels: async (image) => preprocess(image, await readImageSettings(await openMini()), decoders),
  };
}
