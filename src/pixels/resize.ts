import { bicubicTaps, PRECISION_BITS, type Taps } from "./bicubic-taps.ts";

const CHANNELS = 3;
const ONE_HALF = 1 << (PRECISION_BITS - 1);

/** Receives one row of an image: red, green and blue, 8 bits each. The bytes are only valid during the call. */
export type WriteRow = (row: Uint8Array) => void;

/** A resize in progress. */
export interface Resizer {
  /** Must be called for each row, from the top. */
  readonly writeRow: WriteRow;
  /** The resized image, RGB, 3 bytes per pixel. Complete after the last row was written. */
  readonly output: Uint8Array;
}

/** Sides in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes to the target's sides, whatever their ratio. Works row by row, and holds only as many rows as one output row reads.
 *
 * The result is bit-identical to `Image.resize((width, height), BICUBIC)` of Pillow 12.3 and later (src/libImaging/Resample.c): two
 * passes of integer arithmetic, rounded to 8 bits between them. The order of the passes changes the rounding, so it follows
 * Pillow's rule; before 12.3, Pillow always ran the horizontal pass first.
 */
export function createResizer({ width, height }: Size, target: Size): Resizer {
  const output = new Uint8Array(target.width * target.height * CHANNELS);
  if (width === target.width && height === target.height) return { output, writeRow: copyRows(output) };
  const horizontal = bicubicTaps(width, target.width);
  const vertical = bicubicTaps(height, target.height);
  const shrinksMostlyInHeight = height > target.height && height - target.height > (width - target.width) * 2;
  const combine = shrinksMostlyInHeight ? verticalFirst : horizontalFirst;
  return { output, writeRow: verticalPass(vertical, combine(horizontal, width, output)) };
}

/** Copies the rows of an image that already has the target size, as Pillow does: the kernel would give the same bytes, but slower. */
function copyRows(output: Uint8Array): WriteRow {
  let at = 0;
  return (row) => {
    output.set(row, at);
    at += row.length;
  };
}

/** How the vertical pass is combined with the horizontal one: the rows that it stores, and what is done with its sums. */
interface PassOrder {
  readonly rowBytes: number;
  /** Stores an image row at offset `to` of the ring buffer, in the form that the vertical pass reads. */
  readonly store: (row: Uint8Array, ring: Uint8Array, to: number) => void;
  readonly finish: (sums: Int32Array, y: number) => void;
}

function horizontalFirst(horizontal: Taps, _width: number, output: Uint8Array): PassOrder {
  const rowBytes = horizontal.first.length * CHANNELS;
  return {
    rowBytes,
    store: (row, ring, to) => resizeRow(row, horizontal, ring, to),
    finish: (sums, y) => clipInto(output, y * rowBytes, sums),
  };
}

function verticalFirst(horizontal: Taps, width: number, output: Uint8Array): PassOrder {
  const intermediate = new Uint8Array(width * CHANNELS);
  return {
    rowBytes: intermediate.length,
    store: (row, ring, to) => ring.set(row, to),
    finish: (sums, y) => {
      clipInto(intermediate, 0, sums);
      resizeRow(intermediate, horizontal, output, y * horizontal.first.length * CHANNELS);
    },
  };
}

/** The vertical pass: keeps the last rows in a ring buffer, and sums them as soon as all rows of an output row are stored. */
function verticalPass({ stride, first, count, weights }: Taps, { rowBytes, store, finish }: PassOrder): WriteRow {
  const ring = new Uint8Array(stride * rowBytes);
  const sums = new Int32Array(rowBytes);
  let rowCount = 0;
  let y = 0;
  return (row) => {
    store(row, ring, (rowCount % stride) * rowBytes);
    rowCount += 1;
    for (; y < first.length && (first[y] ?? 0) + (count[y] ?? 0) <= rowCount; y += 1) {
      sums.fill(ONE_HALF);
      for (let tap = 0; tap < (count[y] ?? 0); tap += 1) {
        const from = (((first[y] ?? 0) + tap) % stride) * rowBytes;
        addWeighted(sums, ring, from, weights[y * stride + tap] ?? 0);
      }
      finish(sums, y);
    }
  };
}

/** Resizes one row into `output`, from offset `to` on. */
function resizeRow(row: Uint8Array, { stride, first, count, weights }: Taps, output: Uint8Array, to: number): void {
  for (let x = 0; x < first.length; x += 1) {
    let red = ONE_HALF;
    let green = ONE_HALF;
    let blue = ONE_HALF;
    let from = (first[x] ?? 0) * CHANNELS;
    const end = x * stride + (count[x] ?? 0);
    for (let tap = x * stride; tap < end; tap += 1) {
      const weight = weights[tap] ?? 0;
      red += (row[from] ?? 0) * weight;
      green += (row[from + 1] ?? 0) * weight;
      blue += (row[from + 2] ?? 0) * weight;
      from += CHANNELS;
    }
    output[to + x * CHANNELS] = clip(red);
    output[to + x * CHANNELS + 1] = clip(green);
    output[to + x * CHANNELS + 2] = clip(blue);
  }
}

function addWeighted(sums: Int32Array, ring: Uint8Array, from: number, weight: number): void {
  for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (ring[from + at] ?? 0) * weight;
}

function clipInto(output: Uint8Array, to: number, sums: Int32Array): void {
  for (let at = 0; at < sums.length; at += 1) output[to + at] = clip(sums[at] ?? 0);
}

/** Converts fixed point to 8 bits and clamps, because the kernel overshoots at edges. */
function clip(sum: number): number {
  return Math.min(255, Math.max(0, sum >> PRECISION_BITS));
}
