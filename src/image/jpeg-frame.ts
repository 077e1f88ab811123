import { corrupt, type ImageHeader, type Refusal, unsupported } from "./header.ts";
import { MARKERS } from "./jpeg-markers.ts";

/** A component of a frame: the samples that it has in each direction, relative to the others (1 to 4), and the index of its quantisation table. */
export interface JpegComponent {
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantisation: number;
}

/** A frame that the decoder supports. */
export interface JpegFrame {
  readonly header: ImageHeader;
  readonly isProgressive: boolean;
  /** By component identifier. */
  readonly components: ReadonlyMap<number, JpegComponent>;
}

/** Start-of-frame markers (ITU T.81 table B.1) that the decoder does not support. It supports baseline, extended and progressive. */
const UNDECODABLE_FRAMES: Readonly<Record<number, string>> = {
  0xc3: "lossless",
  0xc5: "hierarchical",
  0xc6: "hierarchical",
  0xc7: "hierarchical",
  0xc9: "arithmetic-coded",
  0xca: "arithmetic-coded",
  0xcb: "arithmetic-coded",
  0xcd: "hierarchical",
  0xce: "hierarchical",
  0xcf: "hierarchical",
};

const UNDECODABLE_COMPONENTS: Readonly<Record<number, string>> = { 2: "two-channel", 4: "CMYK" };

const INVALID_HEADER = corrupt("The JPEG's frame header is invalid.");

/** Returns whether a marker code is SOF0 to SOF15; DHT, JPG and DAC are in the same range. */
export function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** Reads the frame header of marker `code`; `segment` is its length (2 bytes), precision, height (2), width (2), and the components. */
export function readFrame(code: number, segment: DataView): JpegFrame | Refusal {
  const coding = UNDECODABLE_FRAMES[code];
  if (coding !== undefined) return unsupported(`The JPEG is ${coding}; send a baseline or progressive one.`);
  if (segment.byteLength < 8) return corrupt("The JPEG's frame header is too short.");
  const precision = segment.getUint8(2);
  if (precision !== 8) return unsupported(`The JPEG has ${precision} bits a sample; send one with 8.`);
  const components = segment.getUint8(7);
  const kind = UNDECODABLE_COMPONENTS[components];
  if (kind !== undefined) return unsupported(`The JPEG is ${kind}; send it as RGB or greyscale.`);
  const [height, width] = [segment.getUint16(3), segment.getUint16(5)];
  const isSupported = components === 1 || components === 3;
  if (!isSupported || width === 0 || height === 0 || segment.byteLength !== 8 + 3 * components) return INVALID_HEADER;
  const known = readComponents(segment, components);
  if (known === undefined) return INVALID_HEADER;
  return { header: { format: "jpeg", width, height }, isProgressive: code === MARKERS.sof2, components: known };
}

/**
 * Reads the components, three bytes each: identifier, horizontal (4 bits) and vertical (4) sampling factor, quantisation table. Fractional
 * ratios are unsupported.
 */
function readComponents(segment: DataView, components: number): JpegFrame["components"] | undefined {
  const starts = Array.from({ length: components }, (_, index) => 8 + 3 * index);
  const horizontal = starts.map((at) => segment.getUint8(at + 1) >> 4);
  const vertical = starts.map((at) => segment.getUint8(at + 1) & 15);
  for (const factors of [horizontal, vertical]) {
    const largest = Math.max(...factors);
    if (largest > 4 || factors.some((factor) => factor === 0 || largest % factor !== 0)) return undefined;
  }
  return new Map(
    starts.map((at, index) => [
      segment.getUint8(at),
      {
        horizontal: horizontal[index] ?? 1,
        vertical: vertical[index] ?? 1,
        quantisation: segment.getUint8(at + 2),
      },
    ]),
  );
}
