import type { Answer } from "../contract/answers.ts";
import type { Drawing } from "../contract/forms.ts";
import type { EncodedImage } from "../inference/backend.ts";
import { encodeBase64 } from "../inference/protocol/base64.ts";
import { overlayPieces } from "../overlay/svg.ts";

/** Bytes that are written as base64 at a time: a multiple of three, so that no padding falls between. */
export const CHUNK_BYTES = 48 * 1024;

function* dataUriOf({ bytes, format }: EncodedImage): Generator<string, void, void> {
  yield `data:image/${format};base64,`;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield encodeBase64(bytes.subarray(at, at + CHUNK_BYTES));
}

/** The answer drawn over its picture, which stays as it was sent, or by itself. */
export function svgDrawing(answer: Answer, image: EncodedImage | undefined): Drawing {
  return {
    type: "drawing",
    mediaType: "image/svg+xml",
    pieces: () => overlayPieces(answer, image && dataUriOf(image)),
    // The file itself, but for the picture: a later version of this program may draw the same answer otherwise.
    fingerprint: [...overlayPieces(answer, image && [image.digest])].join(""),
  };
}
