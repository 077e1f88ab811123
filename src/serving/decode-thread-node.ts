/** Entry point of a thread that checks and decodes images, since both block the calling thread: up to 3 s for an image of 60 megapixels. */
import { parentPort, workerData } from "node:worker_threads";
import { failureOf } from "../engine/messages.ts";
import { readImageHeader } from "../image/image.ts";
import { createNodeDecoders } from "../pixels/decode-node.ts";
import { preprocess } from "../pixels/preprocess.ts";
import type { DecodeJob } from "./decode-pool.ts";
import type { DecodeThreadOptions, FromDecodeThread } from "./decode-threads-node.ts";

/**
 * Number of pixels of an image above which the codecs are dropped after it. Their memory never shrinks and is up to 12 bytes per pixel in each of
 * three codecs: 0.2 GB at this size, which a phone's photograph does not exceed, and 0.7 GB at 60 megapixels.
 */
const MAX_KEPT_PIXELS = 16_000_000;

if (parentPort === null) throw new Error("This is a thread that decodes images: start it with startDecodeThread.");
const port = parentPort;
const { limits, settings }: DecodeThreadOptions = workerData;
let decoders = createNodeDecoders();

async function decode({ bytes, digest }: DecodeJob): Promise<Float32Array> {
  const header = readImageHeader(bytes, limits);
  try {
    return await preprocess({ ...header, bytes, digest }, settings, decoders);
  } finally {
    if (header.width * header.height > MAX_KEPT_PIXELS) decoders = createNodeDecoders();
  }
}

async function handle(job: DecodeJob): Promise<void> {
  const post = (message: FromDecodeThread, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  try {
    const pixels = await decode(job);
    post({ type: "decoded", pixels }, pixels.buffer instanceof ArrayBuffer ? [pixels.buffer] : []);
  } catch (thrown) {
    post({ type: "failed", failure: failureOf(thrown) });
  }
}

port.on("message", (job: DecodeJob) => void handle(job));
