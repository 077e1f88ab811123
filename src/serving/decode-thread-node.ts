/** Entry point of a thread that checks and decodes images, since both block the calling thread: up to 3 s for an image of 60 megapixels. */
import { parentPort, workerData } from "node:worker_threads";
import { failureOf } from "../engine/messages.ts";
import { readImageHeader } from "../image/image.ts";
import { decoders } from "../pixels/decode-node.ts";
import { preprocess } from "../pixels/preprocess.ts";
import type { DecodeJob } from "./decode-slot.ts";
import type { DecodeThreadOptions, FromDecodeThread } from "./decode-threads-node.ts";

if (parentPort === null) throw new Error("This is a thread that decodes images: start it with startDecodeThread.");
const port = parentPort;
const { limits, settings }: DecodeThreadOptions = workerData;

async function decode({ bytes, digest }: DecodeJob): Promise<FromDecodeThread> {
  let imagePixels = 0;
  try {
    const header = readImageHeader(bytes, limits);
    imagePixels = header.width * header.height;
    return { pixels: await preprocess({ ...header, bytes, digest }, settings, decoders), imagePixels };
  } catch (thrown) {
    return { failure: failureOf(thrown), imagePixels };
  }
}

async function reply(job: DecodeJob): Promise<void> {
  const message = await decode(job);
  const buffer = "pixels" in message ? message.pixels.buffer : undefined;
  port.postMessage(message, buffer instanceof ArrayBuffer ? [buffer] : []);
}

port.on("message", (job: DecodeJob) => void reply(job));
