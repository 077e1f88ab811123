import type { JpegFrame } from "./jpeg-frame.ts";
import type { JpegScan } from "./jpeg-scan.ts";

/** What matters of a Huffman table: whether the decoder can use it for the first coefficient of a block (DC), and for the others (AC). */
interface HuffmanTable {
  readonly isValidDc: boolean;
  readonly isValidAc: boolean;
}

/** The tables that were defined so far. */
export interface JpegTables {
  readonly quantisation: ReadonlySet<number>;
  /** By class and index, as in DHT: 0 to 3 for DC, 16 to 19 for AC. */
  readonly huffman: ReadonlyMap<number, HuffmanTable>;
}

/** The tables at the start of a file. */
export const NO_TABLES: JpegTables = { quantisation: new Set(), huffman: new Map() };

/** Tables of each kind (ITU T.81, B.2.4). */
const MAX_TABLES = 4;
/** Class of a Huffman table for AC coefficients, in the high bits of its index. */
const AC = 0x10;

const COEFFICIENTS = 64;

/** Lengths of Huffman codes in bits: 1 to 16. */
const CODE_LENGTHS = 16;
const MAX_CODES = 256;
/** The largest symbol of a DC table: the number of bits of a difference. */
const MAX_DC_SYMBOL = 15;

/** Reads the tables of a DQT segment, given without its length. Returns `undefined` where libjpeg fails (`get_dqt` in jdmarker.c). */
export function addQuantisationTables(before: JpegTables, data: Uint8Array): JpegTables | undefined {
  const quantisation = new Set(before.quantisation);
  let at = 0;
  while (at < data.length) {
    const kind = data[at] ?? 0;
    if ((kind & 15) >= MAX_TABLES) return undefined;
    quantisation.add(kind & 15);
    at += 1 + COEFFICIENTS * (kind >> 4 === 0 ? 1 : 2);
  }
  return at === data.length ? { ...before, quantisation } : undefined;
}

/** Reads the tables of a DHT segment, given without its length. Returns `undefined` where libjpeg fails (`get_dht` in jdmarker.c). */
export function addHuffmanTables(before: JpegTables, data: Uint8Array): JpegTables | undefined {
  const huffman = new Map(before.huffman);
  let at = 0;
  while (at + CODE_LENGTHS < data.length) {
    const kind = data[at] ?? 0;
    const counts = data.subarray(at + 1, at + 1 + CODE_LENGTHS);
    const codes = counts.reduce((sum, count) => sum + count, 0);
    at += 1 + CODE_LENGTHS;
    if ((kind & ~AC) >= MAX_TABLES || codes > MAX_CODES || at + codes > data.length) return undefined;
    huffman.set(kind, tableOf(counts, data.subarray(at, at + codes)));
    at += codes;
  }
  return at === data.length ? { ...before, huffman } : undefined;
}

/** As `jpeg_make_d_derived_tbl` in libjpeg's jdhuff.c: codes of each length are consecutive, and none consists of ones alone. */
function tableOf(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  let next = 0;
  let isPrefixCode = true;
  for (const [index, count] of counts.entries()) {
    next += count;
    // libjpeg does not look at lengths without codes.
    if (count > 0 && next >= 2 ** (index + 1)) isPrefixCode = false;
    next *= 2;
  }
  return { isValidAc: isPrefixCode, isValidDc: isPrefixCode && symbols.every((symbol) => symbol <= MAX_DC_SYMBOL) };
}

/** Tables of each class that libjpeg has for frames without their own, like those of Motion JPEG (`std_huff_tables` in jdhuff.c). */
const STANDARD_TABLES = 2;
const STANDARD: HuffmanTable = { isValidDc: true, isValidAc: true };

/** Returns whether every table that a scan needs is there and valid: without one of them, libjpeg fails at the start of the scan. */
export function hasTables(scan: JpegScan, frame: JpegFrame, { quantisation, huffman }: JpegTables): boolean {
  const huffmanTable = (kind: number, index: number): HuffmanTable | undefined => {
    const isStandard = !frame.isProgressive && index < STANDARD_TABLES;
    return index < MAX_TABLES ? (huffman.get(kind + index) ?? (isStandard ? STANDARD : undefined)) : undefined;
  };
  const { first, last, previousBits } = scan.coefficients;
  // A progressive scan of further bits of the first coefficient has no Huffman codes.
  const needsDc = first === 0 && previousBits === 0;
  return scan.components.every(({ id, dcTable, acTable }) => {
    const { quantisation: index = MAX_TABLES } = frame.components.get(id) ?? {};
    const hasDc = !needsDc || huffmanTable(0, dcTable)?.isValidDc === true;
    const hasAc = last === 0 || huffmanTable(AC, acTable)?.isValidAc === true;
    return quantisation.has(index) && hasDc && hasAc;
  });
}
