import type { JpegComponent, JpegFrame } from "./jpeg-frame.ts";

/** The last of a block's coefficients in zigzag order; the first is 0. */
export const LAST_COEFFICIENT = 63;

/** Side of a block in samples. */
const BLOCK_SIDE = 8;

/** Maximum number of blocks in an MCU of a scan with several components (ITU T.81, B.2.3). */
const MAX_BLOCKS_PER_MCU = 10;

/** The largest number of bits that a scan may leave to later ones: more is an error in libjpeg (jdphuff.c). */
const MAX_MISSING_BITS = 13;

/** A component of a scan, and the indices of its Huffman tables. */
interface ScanComponent {
  readonly id: number;
  readonly dcTable: number;
  readonly acTable: number;
}

/** The header of a scan that belongs to its frame. */
export interface JpegScan {
  readonly components: readonly ScanComponent[];
  /**
   * The coefficients that it holds, from first to last in zigzag order; how many of their lowest bits it leaves to later scans, and how many
   * earlier scans must have left to it (0 for the first scan of a coefficient).
   */
  readonly coefficients: {
    readonly first: number;
    readonly last: number;
    readonly missingBits: number;
    readonly previousBits: number;
  };
}

const ALL_COEFFICIENTS: JpegScan["coefficients"] = {
  first: 0,
  last: LAST_COEFFICIENT,
  missingBits: 0,
  previousBits: 0,
};

/**
 * Reads a scan header; `segment` is its length (2 bytes), the number of components, two bytes for each (identifier, and the indices of its
 * tables, 4 bits each), first and last coefficient, and bit positions. Returns `undefined` if it is not valid for the frame. Only progressive
 * frames use the last three bytes.
 */
export function readScan(segment: DataView, frame: JpegFrame): JpegScan | undefined {
  const count = segment.byteLength > 2 ? segment.getUint8(2) : 0;
  if (count === 0 || segment.byteLength !== 6 + 2 * count) return undefined;
  const components = Array.from({ length: count }, (_, index) => {
    const tables = segment.getUint8(4 + 2 * index);
    return { id: segment.getUint8(3 + 2 * index), dcTable: tables >> 4, acTable: tables & 15 };
  });
  const blocks = components.reduce((sum, { id }) => sum + blocksPerMcu(frame.components.get(id)), 0);
  const maxBlocks = count === 1 ? Number.MAX_SAFE_INTEGER : MAX_BLOCKS_PER_MCU;
  if (new Set(components.map(({ id }) => id)).size !== count || blocks > maxBlocks) return undefined;
  if (!frame.isProgressive) return { components, coefficients: ALL_COEFFICIENTS };
  const at = 3 + 2 * count;
  const bits = segment.getUint8(at + 2);
  const [first, last] = [segment.getUint8(at), segment.getUint8(at + 1)];
  const coefficients = { first, last, missingBits: bits & 15, previousBits: bits >> 4 };
  return isValidProgression(coefficients, count) ? { components, coefficients } : undefined;
}

/** The conditions of `start_pass_phuff_decoder` in libjpeg's jdphuff.c: on other parameters it fails. */
function isValidProgression(coefficients: JpegScan["coefficients"], components: number): boolean {
  const { first, last, missingBits, previousBits } = coefficients;
  const isBand = first === 0 ? last === 0 : first <= last && last <= LAST_COEFFICIENT && components === 1;
  return isBand && missingBits <= MAX_MISSING_BITS && (previousBits === 0 || previousBits === missingBits + 1);
}

function blocksPerMcu(component: JpegComponent | undefined): number {
  return component === undefined ? Infinity : component.horizontal * component.vertical;
}

/** The MCUs of a scan, and the blocks in each. */
function mcusOf(scan: JpegScan, { header, components }: JpegFrame): { readonly mcus: number; readonly blocks: number } {
  const all = [...components.values()];
  const largest = {
    horizontal: Math.max(...all.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...all.map(({ vertical }) => vertical)),
  };
  // An MCU is one block if the scan has one component, else as many blocks of each component as its sampling says.
  const [only] = scan.components.length === 1 ? scan.components : [];
  const { horizontal, vertical } = (only && components.get(only.id)) ?? { horizontal: 1, vertical: 1 };
  const columns = Math.ceil((header.width * horizontal) / (BLOCK_SIDE * largest.horizontal));
  const rows = Math.ceil((header.height * vertical) / (BLOCK_SIDE * largest.vertical));
  const blocks =
    only === undefined ? scan.components.reduce((sum, { id }) => sum + blocksPerMcu(components.get(id)), 0) : 1;
  return { mcus: columns * rows, blocks };
}

/** Returns how many restart markers a scan has, where `interval` is the number of MCUs between two; 0 stands for no markers. */
export function restartsOf(scan: JpegScan, frame: JpegFrame, interval: number): number {
  return interval === 0 ? 0 : Math.ceil(mcusOf(scan, frame).mcus / interval) - 1;
}

/** Returns how many blocks of 8 x 8 samples a scan has. The decoder processes each of them, whatever its data say. */
export function blocksOf(scan: JpegScan, frame: JpegFrame): number {
  const { mcus, blocks } = mcusOf(scan, frame);
  return mcus * blocks;
}

/** The longest run of blocks without further coefficients that one code of a progressive scan stands for (ITU T.81, G.1.2.2), and its bits. */
const LONGEST_RUN = 32_767;
const LONGEST_RUN_BITS = 15;

/**
 * Returns the smallest number of bits that `blocks` of a scan can take: a Huffman code has at least one. A scan with fewer lacks blocks, and the
 * decoder, which would fill them in, need not be started for it.
 */
export function fewestBits({ coefficients }: JpegScan, { isProgressive }: JpegFrame, blocks: number): number {
  // A code for the first coefficient, and one that ends the block.
  if (!isProgressive) return 2 * blocks;
  return coefficients.first === 0 ? blocks : Math.floor(blocks / LONGEST_RUN) * LONGEST_RUN_BITS;
}
