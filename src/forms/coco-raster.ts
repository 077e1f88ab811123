import type { Point } from "../contract/geometry.ts";

/** How finely the reference follows an edge: five steps a pixel. */
const SCALE = 5;

/** Pixels. */
export interface MaskSize {
  readonly width: number;
  readonly height: number;
}

type Visit = (u: number, v: number) => void;

function fine(value: number): number {
  return Math.trunc(SCALE * value + 0.5);
}

/** Visits the steps of an edge on the fine grid, both ends included. An edge that runs back is drawn forth and read back, so that it rounds alike. */
function eachStep(from: Point, to: Point, visit: Visit): void {
  const [across, down] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const isWide = across >= down;
  const isBack = isWide ? from.x > to.x : from.y > to.y;
  const [start, end] = isBack ? [to, from] : [from, to];
  const length = isWide ? across : down;
  const rise = isWide ? end.y - start.y : end.x - start.x;
  const slope = length === 0 ? 0 : rise / length;
  for (let index = 0; index <= length; index += 1) {
    const at = isBack ? length - index : index;
    if (isWide) visit(at + start.x, Math.trunc(start.y + slope * at + 0.5));
    else visit(Math.trunc(start.x + slope * at + 0.5), at + start.y);
  }
}

/** From the fine grid to pixels: the middle of a step, counted from the middle of a pixel. */
function coarse(step: number): number {
  return (step + 0.5) / SCALE - 0.5;
}

/** Where a ring crosses the middles of the columns: pixels counted down the columns, in ascending order. */
function crossingsOf(ring: readonly Point[], { width, height }: MaskSize): Uint32Array {
  const crossings: number[] = [];
  const points = ring.map(({ x, y }) => ({ x: fine(x), y: fine(y) }));
  let [u, v] = [points[0]?.x ?? 0, points[0]?.y ?? 0];
  const visit: Visit = (nextU, nextV) => {
    if (nextU !== u) {
      const x = coarse(nextU < u ? nextU : nextU - 1);
      const y = Math.ceil(Math.min(Math.max(coarse(Math.min(v, nextV)), 0), height));
      if (Number.isInteger(x) && x >= 0 && x < width) crossings.push(x * height + y);
    }
    u = nextU;
    v = nextV;
  };
  for (const [index, from] of points.entries()) eachStep(from, points[(index + 1) % points.length] ?? from, visit);
  return Uint32Array.from(crossings).sort();
}

/**
 * The run lengths of one filled ring, down the columns from the top left, background first: `rleFrPoly` of pycocotools' maskApi.c, step by
 * step, so that masks are equal bit by bit. Where a ring crosses itself, every second part is a hole. Coordinates are in pixels, not below 0.
 */
export function ringRuns(ring: readonly Point[], size: MaskSize): readonly number[] {
  const ends = [...crossingsOf(ring, size), size.width * size.height];
  const [first = 0, ...lengths] = ends.map((end, index) => end - (ends[index - 1] ?? 0));
  const runs = [first];
  let isJoined = false;
  for (const length of lengths) {
    // A run of nothing joins those before and after it.
    if (isJoined) runs.push((runs.pop() ?? 0) + length);
    else if (length > 0) runs.push(length);
    isJoined = !isJoined && length === 0;
  }
  return runs;
}
