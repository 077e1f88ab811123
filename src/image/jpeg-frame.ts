import { corrupt, type ImageHeader, type Refusal, unsupported } from "./header.ts";

/** A frame that the decoder has code for. */
export interface JpegFrame {
  readonly header: ImageHeader;
  /** Blocks of 8 x 8 that each component has in a unit of the picture, by the component's name. */
  readonly blocks: ReadonlyMap<number, number>;
}

/** Start-of-frame markers (ITU T.81 table B.1) that the decoder has no code for. Baseline, extended and progressive are left. */
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

/** ITU T.81, B.2.3: blocks in a unit of a scan that holds several components. */
const MAX_BLOCKS_PER_UNIT = 10;

const NONSENSE = corrupt("The JPEG's frame header makes no sense.");

/** SOF0 to SOF15 without DHT, JPG and DAC, which sit among them. */
export function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** The frame header of marker `code`; `segment` begins with its length (2 bytes), then precision, height (2), width (2), components. */
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
  const isKnown = components === 1 || components === 3;
  if (!isKnown || width === 0 || height === 0 || segment.byteLength !== 8 + 3 * components) return NONSENSE;
  const blocks = readSampling(segment, components);
  return blocks === undefined ? NONSENSE : { header: { format: "jpeg", width, height }, blocks };
}

/** A component's three bytes: name, samples across (4 bits) and down (4), quantisation table. Fractions of a sample have no code. */
function readSampling(segment: DataView, components: number): JpegFrame["blocks"] | undefined {
  const starts = Array.from({ length: components }, (_, index) => 8 + 3 * index);
  const across = starts.map((at) => segment.getUint8(at + 1) >> 4);
  const down = starts.map((at) => segment.getUint8(at + 1) & 15);
  for (const factors of [across, down]) {
    const largest = Math.max(...factors);
    if (largest > 4 || factors.some((factor) => factor === 0 || largest % factor !== 0)) return undefined;
  }
  return new Map(starts.map((at, index) => [segment.getUint8(at), (across[index] ?? 0) * (down[index] ?? 0)]));
}

/** Whether a scan header can belong to the frame; `segment` begins with its length (2 bytes), then components, two bytes each, and three. */
export function isScanOf(segment: DataView, { blocks }: JpegFrame): boolean {
  const components = segment.byteLength > 2 ? segment.getUint8(2) : 0;
  if (components === 0 || segment.byteLength !== 6 + 2 * components) return false;
  const names = Array.from({ length: components }, (_, index) => segment.getUint8(3 + 2 * index));
  const perUnit = names.reduce((sum, name) => sum + (blocks.get(name) ?? Infinity), 0);
  return new Set(names).size === components && (components === 1 ? perUnit < Infinity : perUnit <= MAX_BLOCKS_PER_UNIT);
}
