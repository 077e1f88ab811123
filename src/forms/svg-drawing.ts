import type { Answer } from "../contract/answers.ts";
import type { SvgDrawing } from "../contract/forms.ts";
import { withoutMetadata } from "../image/metadata.ts";
import type { EncodedImage } from "../inference/backend.ts";
import { encodeBase64 } from "../inference/protocol/base64.ts";
import { overlayChunks } from "../overlay/svg.ts";

/** Bytes encoded as base64 at a time: a multiple of three, so that there is no padding between chunks. */
export const CHUNK_BYTES = 48 * 1024;

function* base64Of(parts: Iterable<Uint8Array>): Generator<string, void, void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let length = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + CHUNK_BYTES - length);
      chunk.set(taken, length);
      at += taken.length;
      length = (length + taken.length) % CHUNK_BYTES;
      if (length === 0) yield encodeBase64(chunk);
    }
  }
  yield encodeBase64(chunk.subarray(0, length));
}

function* dataUriOf(image: EncodedImage): Generator<string, void, void> {
  yield `data:image/${image.format};base64,`;
  yield* base64Of(withoutMetadata(image));
}

/** Renders an answer as SVG over its image, whose pixels are embedded as they were sent, or without the image. */
export function svgDrawing(answer: Answer, image: EncodedImage | undefined): SvgDrawing {
  const file = (dataUri: (image: EncodedImage) => Iterable<string>) =>
    overlayChunks(answer, { image: image && { dataUri: dataUri(image), orientation: image.orientation } });
  return {
    type: "drawing",
    mediaType: "image/svg+xml",
    chunks: () => file(dataUriOf),
    // The file itself, with the digest in place of the image: a later version may render the same answer differently.
    fingerprint: [...file(({ digest }) => [digest])].join(""),
  };
}
