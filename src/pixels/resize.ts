import { bicubicTaps, PRECISION_BITS, type Taps } from "./bicubic-taps.ts";

const CHANNELS = 3;
const ONE_HALF = 1 << (PRECISION_BITS - 1);

/** Takes one row of a picture: red, green and blue, 8 bits each. The bytes are only valid during the call. */
export type WriteRow = (row: Uint8Array) => void;

/** A picture on its way through. */
export interface Resizer {
  /** Takes the rows one after the other, from the top. */
  readonly writeRow: WriteRow;
  /** What the rows taken so far have made; whole after the last one. RGB, 3 bytes a pixel. */
  readonly output: Uint8Array;
}

/** Sides in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes to `size` x `size`, aspect ratio not kept, while the rows come in: it holds as many as one output row reads.
 *
 * Bit for bit what `Image.resize((size, size), BICUBIC)` of Pillow 12.3 and later gives (src/libImaging/Resample.c): two
 * passes of integer arithmetic, rounded to 8 bits between them. Which axis comes first changes the rounding, so Pillow's
 * rule is followed too; before 12.3 it always resized rows first.
 */
export function createResizer({ width, height }: Size, size: number): Resizer {
  const output = new Uint8Array(size * size * CHANNELS);
  if (width === size && height === size) return { output, writeRow: copyRows(output) };
  const across = bicubicTaps(width, size);
  const down = bicubicTaps(height, size);
  const shrinksMostlyInHeight = height > size && height - size > (width - size) * 2;
  const arrange = shrinksMostlyInHeight ? columnsFirst : rowsFirst;
  return { output, writeRow: sumWindows(down, arrange(across, width, output)) };
}

/** As Pillow, which copies a picture that has the size already: the kernel would give the same bytes, and take its time. */
function copyRows(output: Uint8Array): WriteRow {
  let at = 0;
  return (row) => {
    output.set(row, at);
    at += row.length;
  };
}

/** How the pass over columns is put together with the one over rows: what it is given, and what becomes of its sums. */
interface Arrangement {
  readonly rowBytes: number;
  /** Puts a row of the picture at `to`, as the pass over columns wants it. */
  readonly store: (row: Uint8Array, window: Uint8Array, to: number) => void;
  readonly finish: (sums: Int32Array, y: number) => void;
}

function rowsFirst(across: Taps, _width: number, output: Uint8Array): Arrangement {
  const rowBytes = across.first.length * CHANNELS;
  return {
    rowBytes,
    store: (row, window, to) => resizeRow(row, across, window, to),
    finish: (sums, y) => clipInto(output, y * rowBytes, sums),
  };
}

function columnsFirst(across: Taps, width: number, output: Uint8Array): Arrangement {
  const squeezed = new Uint8Array(width * CHANNELS);
  return {
    rowBytes: squeezed.length,
    store: (row, window, to) => window.set(row, to),
    finish: (sums, y) => {
      clipInto(squeezed, 0, sums);
      resizeRow(squeezed, across, output, y * across.first.length * CHANNELS);
    },
  };
}

/** The pass over columns: keeps the last rows in a ring, and sums them as soon as the last one of an output row is there. */
function sumWindows({ stride, first, count, weights }: Taps, { rowBytes, store, finish }: Arrangement): WriteRow {
  const window = new Uint8Array(stride * rowBytes);
  const sums = new Int32Array(rowBytes);
  let taken = 0;
  let y = 0;
  return (row) => {
    store(row, window, (taken % stride) * rowBytes);
    taken += 1;
    for (; y < first.length && (first[y] ?? 0) + (count[y] ?? 0) <= taken; y += 1) {
      sums.fill(ONE_HALF);
      for (let tap = 0; tap < (count[y] ?? 0); tap += 1) {
        const from = (((first[y] ?? 0) + tap) % stride) * rowBytes;
        addWeighted(sums, window, from, weights[y * stride + tap] ?? 0);
      }
      finish(sums, y);
    }
  };
}

/** Resizes one row to one that begins at `to`. */
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

function addWeighted(sums: Int32Array, window: Uint8Array, from: number, weight: number): void {
  for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (window[from + at] ?? 0) * weight;
}

function clipInto(output: Uint8Array, to: number, sums: Int32Array): void {
  for (let at = 0; at < sums.length; at += 1) output[to + at] = clip(sums[at] ?? 0);
}

/** Fixed point to 8 bits; the kernel overshoots at edges. */
function clip(sum: number): number {
  return Math.min(255, Math.max(0, sum >> PRECISION_BITS));
}
