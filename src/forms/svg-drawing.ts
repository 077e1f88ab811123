import type { Answer } from "../contract/answers.ts";
import type { Drawing } from "../contract/forms.ts";
import type { EncodedImage } from "../inference/backend.ts";
import { encodeBase64 } from "../inference/protocol/base64.ts";
import { overlayChunks } from "../overlay/svg.ts";

/** Bytes encoded as base64 at a time: a multiple of three, so that there is no padding between chunks. */
export const CHUNK_BYTES = 48 * 1024;

function* dataUriOf({ bytes, format }: EncodedImage): Generator<string, void, void> {
  yield `data:image/${format};base64,`;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield encodeBase64(bytes.subarray(at, at + CHUNK_BYTES));
}

/** Renders an answer as SVG over its image, which is embedded as it was sent, or without the image. */
export function svgDrawing(answer: Answer, image: EncodedImage | undefined): Drawing {
  return {
    type: "drawing",
    mediaType: "image/svg+xml",
    chunks: () => overlayChunks(answer, image && dataUriOf(image)),
    // The file itself, with the digest in place of the image: a later version may render the same answer differently.
    fingerprint: [...overlayChunks(answer, image && [image.digest])].join(""),
  };
}
