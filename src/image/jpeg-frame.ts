import { corrupt, type ImageHeader, type Refusal, unsupported } from "./header.ts";
import { MARKERS } from "./jpeg-markers.ts";

/** Samples that a component has in each direction, relative to the others: 1 to 4. */
interface Sampling {
  readonly horizontal: number;
  readonly vertical: number;
}

/** A frame that the decoder supports. */
export interface JpegFrame {
  readonly header: ImageHeader;
  readonly isProgressive: boolean;
  /** By component identifier. */
  readonly components: ReadonlyMap<number, Sampling>;
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

/** Side of a block in samples. */
const BLOCK_SIDE = 8;
/** The last of a block's coefficients in zigzag order; the first is 0. */
export const LAST_COEFFICIENT = 63;
const UNIT: Sampling = { horizontal: 1, vertical: 1 };

/** Maximum number of blocks in an MCU of a scan with several components (ITU T.81, B.2.3). */
const MAX_BLOCKS_PER_MCU = 10;

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
  const sampling = readSampling(segment, components);
  if (sampling === undefined) return INVALID_HEADER;
  return { header: { format: "jpeg", width, height }, isProgressive: code === MARKERS.sof2, components: sampling };
}

/**
 * Reads the components, three bytes each: identifier, horizontal (4 bits) and vertical (4) sampling factor, quantisation table. Fractional
 * ratios are unsupported.
 */
function readSampling(segment: DataView, components: number): JpegFrame["components"] | undefined {
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
      { horizontal: horizontal[index] ?? 1, vertical: vertical[index] ?? 1 },
    ]),
  );
}

/** The header of a scan that belongs to its frame. */
export interface JpegScan {
  /** Identifiers of its components. */
  readonly components: readonly number[];
  /** The coefficients that it holds, from first to last in zigzag order, and how many of their lowest bits it leaves to later scans. */
  readonly coefficients: { readonly first: number; readonly last: number; readonly missingBits: number };
}

/**
 * Reads a scan header; `segment` is its length (2 bytes), the number of components, two bytes for each, first and last coefficient, and
 * bit positions. Returns `undefined` if it is not valid for the frame. Only progressive frames use the last three bytes.
 */
export function readScan(segment: DataView, { components: known, isProgressive }: JpegFrame): JpegScan | undefined {
  const count = segment.byteLength > 2 ? segment.getUint8(2) : 0;
  if (count === 0 || segment.byteLength !== 6 + 2 * count) return undefined;
  const components = Array.from({ length: count }, (_, index) => segment.getUint8(3 + 2 * index));
  const blocks = components.reduce((sum, id) => sum + blocksOf(known.get(id)), 0);
  const maxBlocks = count === 1 ? Number.MAX_SAFE_INTEGER : MAX_BLOCKS_PER_MCU;
  if (new Set(components).size !== count || blocks > maxBlocks) return undefined;
  const at = 3 + 2 * count;
  const [first, last, missingBits] = isProgressive
    ? [segment.getUint8(at), segment.getUint8(at + 1), segment.getUint8(at + 2) & 15]
    : [0, LAST_COEFFICIENT, 0];
  return { components, coefficients: { first, last, missingBits } };
}

function blocksOf(sampling: Sampling | undefined): number {
  return sampling === undefined ? Infinity : sampling.horizontal * sampling.vertical;
}

/** Returns how many restart markers a scan has, where `interval` is the number of MCUs between two; 0 stands for no markers. */
export function restartsOf(scan: JpegScan, { header, components }: JpegFrame, interval: number): number {
  if (interval === 0) return 0;
  const samplings = [...components.values()];
  const largest: Sampling = {
    horizontal: Math.max(...samplings.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...samplings.map(({ vertical }) => vertical)),
  };
  // An MCU is one block if the scan has one component, else as many blocks of each component as its sampling says.
  const [only] = scan.components.length === 1 ? scan.components : [];
  const { horizontal, vertical } = (only === undefined ? undefined : components.get(only)) ?? UNIT;
  const columns = Math.ceil((header.width * horizontal) / (BLOCK_SIDE * largest.horizontal));
  const rows = Math.ceil((header.height * vertical) / (BLOCK_SIDE * largest.vertical));
  return Math.ceil((columns * rows) / interval) - 1;
}
