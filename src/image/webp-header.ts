import { corrupt, type Refusal, type SniffResult } from "./header.ts";
import {
  BITSTREAMS,
  bitstreamSize,
  CHUNK_HEADER_BYTES,
  frameSize,
  isSameSize,
  sizeAt,
  type Size,
} from "./webp-bitstream.ts";

/** "RIFF", the length of the rest (4 bytes, little-endian), "WEBP". */
const FILE_HEADER_BYTES = 12;

/** Chunk types: their four letters as one number. */
const VP8X = 0x56503858;
const ANMF = 0x414e4d46;

/**
 * Valid types of the first chunk. The decoder takes any other first chunk for a bitstream without a chunk header, and reads a size from
 * it that differs from the one found here.
 */
const FIRST_CHUNKS: ReadonlySet<number> = new Set([...BITSTREAMS, VP8X]);

/** Flags, three reserved bytes, and the size of the canvas. */
const VP8X_BYTES = 10;
/** Flag in the first byte of VP8X. */
const IS_ANIMATED = 0x02;

const TRUNCATED = corrupt("The WebP ends before its image: only a part of the file is here.");
const INVALID_HEADER = corrupt("The WebP's header is invalid.");

/** State of the parser. */
interface Progress {
  /** From VP8X; absent in simple files. */
  readonly canvas: Size | undefined;
  readonly isAnimated: boolean;
  /** Size of the image that the decoder takes. */
  readonly image: Size | undefined;
}

const START: Progress = { canvas: undefined, isAnimated: false, image: undefined };

/**
 * Reads the header of a WebP (RFC 9649); `bytes` start with the RIFF header. Never throws, never reads past the end, linear in the file's
 * length. The image of an animation is its first frame. Bytes after the RIFF chunk are ignored, and the file may end after the image. An
 * EXIF orientation is ignored, as in Chromium.
 */
export function readWebpHeader(bytes: Uint8Array): SniffResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fileEnd = Math.min(bytes.length, CHUNK_HEADER_BYTES + view.getUint32(4, true));
  let progress: Progress = START;
  for (let at = FILE_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= fileEnd;) {
    const start = at + CHUNK_HEADER_BYTES;
    const length = view.getUint32(at + 4, true);
    if (start + length > fileEnd) return progress.image === undefined ? TRUNCATED : finish(progress);
    const type = view.getUint32(at);
    if (at === FILE_HEADER_BYTES && !FIRST_CHUNKS.has(type)) return INVALID_HEADER;
    const next = advance(progress, type, bytes.subarray(start, start + length));
    if ("refused" in next) return next;
    progress = next;
    at = start + length + (length % 2);
  }
  return finish(progress);
}

function advance(progress: Progress, type: number, data: Uint8Array): Progress | Refusal {
  const { canvas, image, isAnimated } = progress;
  if (type === VP8X) {
    if (canvas !== undefined || image !== undefined || data.length !== VP8X_BYTES) return INVALID_HEADER;
    const flags = data[0] ?? 0;
    return { ...progress, canvas: sizeAt(data, 4), isAnimated: (flags & IS_ANIMATED) !== 0 };
  }
  // The decoder takes the first bitstream and ignores every later one.
  if (image !== undefined || (isAnimated ? type !== ANMF : !BITSTREAMS.has(type))) return progress;
  const size = isAnimated ? frameSize(data, canvas) : bitstreamSize(type, data);
  if (size === undefined) return INVALID_HEADER;
  return "refused" in size ? size : { ...progress, image: size };
}

function finish({ canvas, image }: Progress): SniffResult {
  if (image === undefined) return corrupt("The WebP contains no image.");
  return canvas === undefined || isSameSize(image, canvas) ? { format: "webp", ...image } : INVALID_HEADER;
}
