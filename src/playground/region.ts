import type { Box } from "../client/florence.ts";

/** Smallest side of a region, as a part of the picture's: what a finger can still take hold of. */
export const MIN_SIDE = 0.02;

/** A place in the picture, each coordinate in 0..1. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What of a region is moved: all of it, or one corner. */
export type Grip = "whole" | "start" | "end";

/** The region that a task begins with: the middle of the picture. */
export const middle: Box = { x1: 0.3, y1: 0.3, x2: 0.7, y2: 0.7 };

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** Two ends of an interval in order, apart and in 0..1. */
function span(from: number, to: number): readonly [number, number] {
  const low = clamp(Math.min(from, to), 0, 1 - MIN_SIDE);
  return [low, clamp(Math.max(from, to), low + MIN_SIDE, 1)];
}

/** The region between two corners, whichever they are; never outside the picture, never too small. In 0..1. */
export function between(one: Place, other: Place): Box {
  const [x1, x2] = span(one.x, other.x);
  const [y1, y2] = span(one.y, other.y);
  return { x1, y1, x2, y2 };
}

/** A region after a grip of it was moved by a distance; the whole keeps its size. In 0..1. */
export function moved(region: Box, grip: Grip, { x, y }: Place): Box {
  const { x1, y1, x2, y2 } = region;
  if (grip === "start") return between({ x: Math.min(x1 + x, x2), y: Math.min(y1 + y, y2) }, { x: x2, y: y2 });
  if (grip === "end") return between({ x: x1, y: y1 }, { x: Math.max(x2 + x, x1), y: Math.max(y2 + y, y1) });
  const right = clamp(x, -x1, 1 - x2);
  const down = clamp(y, -y1, 1 - y2);
  return { x1: x1 + right, y1: y1 + down, x2: x2 + right, y2: y2 + down };
}

/** How far an arrow key moves, as a part of the picture; with Shift, ten times as far. */
const STEP = 0.005;
const arrows: ReadonlyMap<string, Place> = new Map([
  ["ArrowLeft", { x: -STEP, y: 0 }],
  ["ArrowRight", { x: STEP, y: 0 }],
  ["ArrowUp", { x: 0, y: -STEP }],
  ["ArrowDown", { x: 0, y: STEP }],
]);

/** The distance of an arrow key; `undefined` for other keys. */
export function arrowDistance(key: string, isLarge: boolean): Place | undefined {
  const step = arrows.get(key);
  const times = isLarge ? 10 : 1;
  return step && { x: step.x * times, y: step.y * times };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A region in whole pixels, still inside the picture and not empty. */
export function inPixels({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  const left = Math.min(Math.round(x1 * width), width - 1);
  const top = Math.min(Math.round(y1 * height), height - 1);
  return {
    x1: left,
    y1: top,
    x2: Math.max(Math.round(x2 * width), left + 1),
    y2: Math.max(Math.round(y2 * height), top + 1),
  };
}

/** The inverse of `inPixels`. */
export function fromPixels({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  return between({ x: x1 / width, y: y1 / height }, { x: x2 / width, y: y2 / height });
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Rounded to what a picture of ten thousand pixels can tell apart. */
export function rounded({ x1, y1, x2, y2 }: Box): Box {
  return { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) };
}
