import type * as z from "zod";
import type { CocoRle } from "../contract/answers.ts";
import type { Point } from "../contract/geometry.ts";
import { type MaskSize, ringRuns } from "./coco-raster.ts";

type Runs = readonly number[];

/** The run lengths of the union of two masks of equal size: `rleMerge` of maskApi.c. */
function union(one: Runs, other: Runs): Runs {
  const merged: number[] = [];
  let [left, right] = [one[0] ?? 0, other[0] ?? 0];
  let [at, otherAt] = [1, 1];
  let [isIn, isOtherIn, wasIn] = [false, false, false];
  let run = 0;
  for (;;) {
    const step = Math.min(left, right);
    run += step;
    left -= step;
    right -= step;
    if (left === 0 && at < one.length) {
      left = one[at] ?? 0;
      at += 1;
      isIn = !isIn;
    }
    if (right === 0 && otherAt < other.length) {
      right = other[otherAt] ?? 0;
      otherAt += 1;
      isOtherIn = !isOtherIn;
    }
    const isEnd = left + right === 0;
    if ((isIn || isOtherIn) !== wasIn || isEnd) {
      merged.push(run);
      run = 0;
    }
    wasIn = isIn || isOtherIn;
    if (isEnd) return merged;
  }
}

/** Encodes a number in characters 48 to 111. Each holds five bits, lowest first, and a continuation bit; the highest bit of the last is the sign. */
function encodeRun(value: number): string {
  let text = "";
  for (let rest = value, hasMore = true; hasMore;) {
    const bits = rest & 0x1f;
    rest >>= 5;
    hasMore = (bits & 0x10) === 0 ? rest !== 0 : rest !== -1;
    text += String.fromCharCode((hasMore ? bits | 0x20 : bits) + 48);
  }
  return text;
}

/**
 * COCO's compressed counts: `rleToString` of maskApi.c. From the fourth run on, a run is encoded as its difference from the run two
 * positions before.
 */
function encodeRuns(runs: Runs): string {
  return runs.map((run, index) => encodeRun(index > 2 ? run - (runs[index - 2] ?? 0) : run)).join("");
}

/** The mask of the union of all rings, equal to pycocotools' `merge(frPyObjects(rings, height, width))`. */
export function cocoRle(rings: readonly (readonly Point[])[], { width, height }: MaskSize): z.infer<typeof CocoRle> {
  const [first = [width * height], ...others] = rings.map((ring) => ringRuns(ring, { width, height }));
  return { size: [height, width], counts: encodeRuns(others.reduce(union, first)) };
}
