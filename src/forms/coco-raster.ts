import type { Point } from "../contract/geometry.ts";

/** Subpixel steps per pixel along an edge, as in pycocotools. */
const SCALE = 5;

/** Size of a mask in pixels. */
export interface MaskSize {
  readonly width: number;
  readonly height: number;
}

type Visit = (u: number, v: number) => void;

function toSubpixel(value: number): number {
  return Math.trunc(SCALE * value + 0.5);
}

/** Visits the steps of an edge on the subpixel grid, both ends included. A reversed edge is computed forwards, so that it rounds equally. */
function eachStep(from: Point, to: Point, visit: Visit): void {
  const [across, down] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const isWide = across >= down;
  const isReversed = isWide ? from.x > to.x : from.y > to.y;
  const [start, end] = isReversed ? [to, from] : [from, to];
  const length = isWide ? across : down;
  const rise = isWide ? end.y - start.y : end.x - start.x;
  const slope = length === 0 ? 0 : rise / length;
  for (let index = 0; index <= length; index += 1) {
    const at = isReversed ? length - index : index;
    if (isWide) visit(at + start.x, Math.trunc(start.y + slope * at + 0.5));
    else visit(Math.trunc(start.x + slope * at + 0.5), at + start.y);
  }
}

/** Converts a subpixel step to pixels: the middle of the step, relative to the middle of a pixel. */
function toPixel(step: number): number {
  return (step + 0.5) / SCALE - 0.5;
}

/** Where a ring crosses the centre lines of the pixel columns: pixel indexes in column-major order, ascending. */
function crossingsOf(ring: readonly Point[], { width, height }: MaskSize): Uint32Array {
  const crossings: number[] = [];
  const points = ring.map(({ x, y }) => ({ x: toSubpixel(x), y: toSubpixel(y) }));
  let [u, v] = [points[0]?.x ?? 0, points[0]?.y ?? 0];
  const visit: Visit = (nextU, nextV) => {
    if (nextU !== u) {
      const x = toPixel(nextU < u ? nextU : nextU - 1);
      const y = Math.ceil(Math.min(Math.max(toPixel(Math.min(v, nextV)), 0), height));
      if (Number.isInteger(x) && x >= 0 && x < width) crossings.push(x * height + y);
    }
    u = nextU;
    v = nextV;
  };
  for (const [index, from] of points.entries()) eachStep(from, points[(index + 1) % points.length] ?? from, visit);
  return Uint32Array.from(crossings).sort();
}

/**
 * The run lengths of one filled ring, in column-major order from the top left, background first. Follows `rleFrPoly` of pycocotools'
 * maskApi.c step by step, so that masks are equal bit by bit. A ring that crosses itself is filled by the even-odd rule. Coordinates are in
 * pixels and at least 0.
 */
export function ringRuns(ring: readonly Point[], size: MaskSize): readonly number[] {
  const ends = [...crossingsOf(ring, size), size.width * size.height];
  const [first = 0, ...lengths] = ends.map((end, index) => end - (ends[index - 1] ?? 0));
  const runs = [first];
  let isMerging = false;
  for (const length of lengths) {
    // An empty run merges the runs before and after it.
    if (isMerging) runs.push((runs.pop() ?? 0) + length);
    else if (length > 0) runs.push(length);
    isMerging = !isMerging && length === 0;
  }
  return runs;
}
