import { exifOrientation, oriented } from "./exif.ts";
import { corrupt, type ImageHeader, type Refusal, type Sniffed } from "./header.ts";
import {
  CHUNK_HEADER_BYTES,
  frameSize,
  isSameSize,
  PICTURES,
  pictureSize,
  sidesAt,
  type Size,
} from "./webp-bitstream.ts";

/** "RIFF", the length of what follows (4 bytes, little-endian), "WEBP". */
const FILE_HEADER_BYTES = 12;

/** Chunk types, their four letters as one number. */
const VP8X = 0x56503858;
const EXIF = 0x45584946;
const ANMF = 0x414e4d46;

/**
 * What a file begins with. Of anything else the decoder believes that it is a picture without a chunk around it, and reads a size from
 * it that is not the one found here.
 */
const FIRST_CHUNKS: ReadonlySet<number> = new Set([...PICTURES, VP8X]);

/** Flags, three bytes for later, and the sides of the canvas. */
const VP8X_BYTES = 10;
/** Bits of the first byte of VP8X. */
const IS_ANIMATED = 0x02;
const HAS_EXIF = 0x08;

const TRUNCATED = corrupt("The WebP ends before its last chunk: only a part of the file is here.");
const NONSENSE = corrupt("The WebP's header makes no sense.");

/** What has been read on the way. */
interface Progress {
  /** The canvas that VP8X names; simple files have none. */
  readonly canvas: Size | undefined;
  readonly isAnimated: boolean;
  readonly hasExif: boolean;
  readonly picture: Size | undefined;
  readonly orientation: number;
}

const START: Progress = {
  canvas: undefined,
  isAnimated: false,
  hasExif: false,
  picture: undefined,
  orientation: 1,
};

/**
 * Reads a WebP that starts with its RIFF header (RFC 9649). Never throws, never reads past the end, linear in the file's length. Of an
 * animation the first frame counts. What the RIFF chunk's length leaves over is not looked at.
 */
export function readWebpHeader(bytes: Uint8Array): Sniffed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fileEnd = CHUNK_HEADER_BYTES + view.getUint32(4, true);
  if (fileEnd > bytes.length) return TRUNCATED;
  let progress: Progress = START;
  for (let at = FILE_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= fileEnd;) {
    const start = at + CHUNK_HEADER_BYTES;
    const length = view.getUint32(at + 4, true);
    if (start + length > fileEnd) return TRUNCATED;
    const type = view.getUint32(at);
    if (at === FILE_HEADER_BYTES && !FIRST_CHUNKS.has(type)) return NONSENSE;
    const next = advance(progress, type, bytes.subarray(start, start + length));
    if ("refused" in next) return next;
    progress = next;
    at = start + length + (length % 2);
  }
  return finish(progress);
}

function advance(progress: Progress, type: number, data: Uint8Array): Progress | Refusal {
  const { canvas, picture, isAnimated, hasExif } = progress;
  if (type === VP8X) {
    if (canvas !== undefined || picture !== undefined || data.length !== VP8X_BYTES) return NONSENSE;
    const flags = data[0] ?? 0;
    const [moves, names] = [(flags & IS_ANIMATED) !== 0, (flags & HAS_EXIF) !== 0];
    return { ...progress, canvas: sidesAt(data, 4), isAnimated: moves, hasExif: names };
  }
  if (type === EXIF && hasExif) return { ...progress, orientation: exifOrientation(data) };
  // A decoder takes the first picture, and looks at nothing behind it.
  if (picture !== undefined || (isAnimated ? type !== ANMF : !PICTURES.has(type))) return progress;
  const size = isAnimated ? frameSize(data, canvas) : pictureSize(type, data);
  if (size === undefined) return NONSENSE;
  return "refused" in size ? size : { ...progress, picture: size };
}

function finish({ canvas, picture, orientation }: Progress): Sniffed {
  if (picture === undefined) return corrupt("The WebP holds no picture.");
  if (canvas !== undefined && !isSameSize(picture, canvas)) return NONSENSE;
  const { width, height } = picture;
  const stored: ImageHeader = { format: "webp", width, height };
  return oriented(stored, orientation);
}
