import { corrupt, type Sniffed, unsupported } from "./header.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

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

const TRUNCATED = corrupt("The JPEG ends before its end marker: only a part of the file is here.");

/**
 * Reads a JPEG that starts with its SOI marker. Never throws, never reads past the end, linear in the file's length.
 *
 * It goes from marker to marker exactly as libjpeg does, so that the frame found here is the one decoded later, and on
 * to the EOI marker: the decoder paints what is missing of a truncated file grey and reports success. Segments are
 * skipped by their length, so a thumbnail inside EXIF, which has an EOI of its own, is not taken for the end. What
 * follows the EOI (phones append depth maps and videos) is not looked at.
 */
export function readJpegHeader(bytes: Uint8Array): Sniffed {
  let frame: Sniffed | undefined;
  let hasScan = false;
  for (let at = 2; ;) {
    const end = markerEnd(bytes, at);
    const code = bytes[end - 1];
    if (end === -1 || code === undefined) return TRUNCATED;
    if (code === EOI) return frame !== undefined && hasScan ? frame : corrupt("The JPEG holds no picture.");
    if (code === SOI) return corrupt("The JPEG begins a second time before it has ended.");
    const length = uint16(bytes, end);
    if (length < 2) return corrupt("A segment of the JPEG is shorter than its own length field.");
    if (end + length > bytes.length) return TRUNCATED;
    if (isFrame(code)) frame ??= readFrame(bytes, end, length);
    if (frame !== undefined && "refused" in frame) return frame;
    if (code === SOS && frame === undefined) return corrupt("The JPEG's picture data comes before its size.");
    hasScan ||= code === SOS;
    at = end + length;
  }
}

/** Index after the next marker's code byte, or -1. Stuffed bytes, restart markers and garbage between segments are passed over. */
function markerEnd(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1) {
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at];
    if (code === undefined) return -1;
    at += 1;
    const isRestart = code >= 0xd0 && code <= 0xd7;
    if (code > 0x01 && !isRestart) return at;
    at = bytes.indexOf(0xff, at);
  }
  return -1;
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which sit among them. */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** The frame header at `at`: length (2 bytes), precision, height (2), width (2), components. */
function readFrame(bytes: Uint8Array, at: number, length: number): Sniffed {
  const coding = UNDECODABLE_FRAMES[bytes[at - 1] ?? 0];
  if (coding !== undefined) return unsupported(`The JPEG is ${coding}; send a baseline or progressive one.`);
  if (length < 8) return corrupt("The JPEG's frame header is too short.");
  const precision = bytes[at + 2] ?? 0;
  if (precision !== 8) return unsupported(`The JPEG has ${precision} bits a sample; send one with 8.`);
  const components = bytes[at + 7] ?? 0;
  const kind = UNDECODABLE_COMPONENTS[components];
  if (kind !== undefined) return unsupported(`The JPEG is ${kind}; send it as RGB or greyscale.`);
  const [height, width] = [uint16(bytes, at + 3), uint16(bytes, at + 5)];
  if ((components !== 1 && components !== 3) || width === 0 || height === 0) {
    return corrupt("The JPEG's frame header makes no sense.");
  }
  return { format: "jpeg", width, height };
}

/** Big-endian; beyond the end bytes count as zero. */
function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
