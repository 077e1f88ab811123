import { residentMegabytes } from "../../bench/resident-memory.ts";

/** Milliseconds between two samples. */
const SAMPLE_MS = 250;

/** The number of windows of a curve. */
export const WINDOWS = 20;

/** How much more memory than in the second quarter the last may take and still count as flat, in megabytes and as a share. */
const MAX_GROWTH_MB = 32;
const MAX_GROWTH = 0.15;

/** Memory over a campaign, in megabytes. */
export interface MemoryCurve {
  /** The minimum of each window: what is still used after a garbage collection. Empty if nothing was measured. */
  readonly minima: readonly number[];
  readonly maximum: number;
  /** The median of the minima of the second quarter and of the last. In the first, caches fill and V8 sizes its heap. */
  readonly second: number;
  readonly last: number;
  /** What `last` may be. */
  readonly limit: number;
  readonly isFlat: boolean;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

/** Returns the curve of samples in their order. */
export function memoryCurve(samples: readonly number[]): MemoryCurve {
  const windows = Math.min(WINDOWS, samples.length);
  const minima = Array.from({ length: windows }, (_, window) => {
    const [start, end] = [window, window + 1].map((each) => Math.floor((each * samples.length) / windows));
    return Math.min(...samples.slice(start, end));
  });
  const quarter = Math.ceil(minima.length / 4);
  const second = middle(minima.slice(quarter, 2 * quarter));
  const last = middle(minima.slice(-quarter));
  const limit = second + Math.max(MAX_GROWTH_MB, MAX_GROWTH * second);
  return { minima, maximum: Math.max(0, ...samples), second, last, limit, isFlat: last <= limit };
}

/** Samples the resident memory of a process every `intervalMs` until it is stopped. Linux only; elsewhere there are no samples. */
export function sampleMemory(
  pid: number | undefined,
  intervalMs = SAMPLE_MS,
): { readonly samples: readonly number[]; stop(): void } {
  const samples: number[] = [];
  const sample = async (): Promise<void> => {
    const megabytes = pid === undefined ? 0 : await residentMegabytes(pid);
    if (megabytes > 0) samples.push(megabytes);
  };
  const timer = setInterval(() => void sample(), intervalMs);
  return { samples, stop: () => clearInterval(timer) };
}
