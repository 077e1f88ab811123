import { Worker } from "node:worker_threads";
import { Problem } from "../contract/problems.ts";
import { errorOf, type Failure } from "../engine/messages.ts";
import type { ImageLimits } from "../image/image.ts";
import type { ImageConfig } from "../runtime/model-config.ts";
import type { DecodeJob, DecodeThread } from "./decode-slot.ts";

/** What a decoding thread must know. */
export interface DecodeThreadOptions {
  readonly limits: ImageLimits;
  readonly settings: Pick<ImageConfig, "size" | "mean" | "std">;
}

/** Messages from a decoding thread: one for each `DecodeJob` that it got. */
export type FromDecodeThread = { readonly imagePixels: number } & (
  | { readonly pixels: Float32Array }
  | { readonly failure: Failure }
);

/** Returns the job with a buffer of its own. A file within a request's body is copied: transferring the body would take its other parts along. */
function ownBuffer({ bytes, digest }: DecodeJob): DecodeJob & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const { buffer, byteLength } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return { digest, bytes: isOwn ? new Uint8Array(buffer) : new Uint8Array(bytes) };
}

function problemOf(failure: Failure): Problem {
  const error = errorOf(failure);
  return error instanceof Problem ? error : new Problem("internal", error.message);
}

/** Starts a thread that decodes images. */
export function startDecodeThread(options: DecodeThreadOptions): DecodeThread {
  const worker = new Worker(new URL("decode-thread-node.ts", import.meta.url), { workerData: options });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  worker.once("error", (error) => resolve(String(error)));
  worker.once("exit", (code) => resolve(`exit code ${code}.`));
  return {
    ended,
    decode: async (job) => {
      const owned = ownBuffer(job);
      const reply = Promise.withResolvers<FromDecodeThread>();
      worker.once("message", reply.resolve);
      worker.postMessage(owned, [owned.bytes.buffer]);
      const message = await reply.promise;
      return "pixels" in message ? message : { imagePixels: message.imagePixels, problem: problemOf(message.failure) };
    },
    stop: () => worker.terminate(),
  };
}
