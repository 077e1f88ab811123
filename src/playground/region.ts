import type { Box } from "../client/florence.ts";

/** Smallest side of a region as a fraction of the image's side: large enough to be dragged with a finger. */
export const MIN_SIDE = 0.02;

/** A point in the image, each coordinate in 0..1; or an offset between two points. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Drag handle of a region: the whole region, or its upper left or lower right corner. */
export type Handle = "whole" | "start" | "end";

/** The initial region: the middle of the image. */
export const initialRegion: Box = { x1: 0.3, y1: 0.3, x2: 0.7, y2: 0.7 };

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** Returns the ends of an interval in order, at least `MIN_SIDE` apart and in 0..1. */
function interval(from: number, to: number): readonly [number, number] {
  const low = clamp(Math.min(from, to), 0, 1 - MIN_SIDE);
  return [low, clamp(Math.max(from, to), low + MIN_SIDE, 1)];
}

/** Returns the region between two opposite corners in any order, clamped to the image and to `MIN_SIDE`. In 0..1. */
export function regionBetween(one: Point, other: Point): Box {
  const [x1, x2] = interval(one.x, other.x);
  const [y1, y2] = interval(one.y, other.y);
  return { x1, y1, x2, y2 };
}

/** Moves a handle of a region by an offset; moving the whole keeps its size. In 0..1. */
export function moveHandle(region: Box, handle: Handle, { x, y }: Point): Box {
  const { x1, y1, x2, y2 } = region;
  if (handle === "start") return regionBetween({ x: Math.min(x1 + x, x2), y: Math.min(y1 + y, y2) }, { x: x2, y: y2 });
  if (handle === "end") return regionBetween({ x: x1, y: y1 }, { x: Math.max(x2 + x, x1), y: Math.max(y2 + y, y1) });
  const right = clamp(x, -x1, 1 - x2);
  const down = clamp(y, -y1, 1 - y2);
  return { x1: x1 + right, y1: y1 + down, x2: x2 + right, y2: y2 + down };
}

/** Step of an arrow key as a fraction of the image; with Shift, ten times as far. */
const STEP = 0.005;
const arrowSteps: ReadonlyMap<string, Point> = new Map([
  ["ArrowLeft", { x: -STEP, y: 0 }],
  ["ArrowRight", { x: STEP, y: 0 }],
  ["ArrowUp", { x: 0, y: -STEP }],
  ["ArrowDown", { x: 0, y: STEP }],
]);

/** Returns the offset of an arrow key; `undefined` for other keys. */
export function arrowKeyOffset(key: string, isLarge: boolean): Point | undefined {
  const step = arrowSteps.get(key);
  const factor = isLarge ? 10 : 1;
  return step && { x: step.x * factor, y: step.y * factor };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Converts a region to whole pixels, inside the image and not empty. */
export function toPixels({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  const left = Math.min(Math.round(x1 * width), width - 1);
  const top = Math.min(Math.round(y1 * height), height - 1);
  return {
    x1: left,
    y1: top,
    x2: Math.max(Math.round(x2 * width), left + 1),
    y2: Math.max(Math.round(y2 * height), top + 1),
  };
}

/** Converts a region from pixels: the inverse of `toPixels`. */
export function fromPixels({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  return regionBetween({ x: x1 / width, y: y1 / height }, { x: x2 / width, y: y2 / height });
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Rounds a region to 1/10,000 of the image, a pixel of a side of ten thousand pixels. */
export function roundRegion({ x1, y1, x2, y2 }: Box): Box {
  return { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) };
}
