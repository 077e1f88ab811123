import type { Box } from "../client/florence.ts";
import type { Point } from "./region.ts";

/** The rendered form of an object of an answer; coordinates in 0..1. */
export interface Shape {
  readonly label: string;
  readonly score: number;
  /** Bounding box, where its label is placed. */
  readonly box: Box;
  /** Closed outlines: one for a box or a quad, any number for polygons. */
  readonly rings: readonly (readonly Point[])[];
  /** Whether the area is filled, not only its outline. */
  readonly isFilled: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}

function numberIn(object: JsonObject, name: string): number {
  const value = object[name];
  return typeof value === "number" ? value : 0;
}

/** Returns the corners of a box in any of the API's formats, which differ in their keys. */
export function cornersOf(box: JsonObject): Box {
  if ("x1" in box) {
    return { x1: numberIn(box, "x1"), y1: numberIn(box, "y1"), x2: numberIn(box, "x2"), y2: numberIn(box, "y2") };
  }
  const [width, height] = [numberIn(box, "width"), numberIn(box, "height")];
  const left = "cx" in box ? numberIn(box, "cx") - width / 2 : numberIn(box, "x");
  const top = "cy" in box ? numberIn(box, "cy") - height / 2 : numberIn(box, "y");
  return { x1: left, y1: top, x2: left + width, y2: top + height };
}

function pointsOf(points: unknown): readonly Point[] {
  return Array.isArray(points)
    ? points.filter(isJsonObject).map((point) => ({ x: numberIn(point, "x"), y: numberIn(point, "y") }))
    : [];
}

function rectangle({ x1, y1, x2, y2 }: Box): readonly Point[] {
  return [
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x2, y: y2 },
    { x: x1, y: y2 },
  ];
}

/** Returns the outline of an object: its polygons, else its quad, else its box. */
function ringsOf(object: JsonObject, box: Box): readonly (readonly Point[])[] {
  const polygons = object["normalized_polygons"];
  if (Array.isArray(polygons)) return polygons.map(pointsOf);
  return "normalized_quad" in object ? [pointsOf(object["normalized_quad"])] : [rectangle(box)];
}

/** Converts objects of an answer or of a stream to shapes; objects without a box are omitted. */
export function shapesOf(objects: readonly unknown[]): readonly Shape[] {
  return objects.filter(isJsonObject).flatMap((object) => {
    const box = object["normalized_box"];
    if (!isJsonObject(box)) return [];
    const corners = cornersOf(box);
    const label = typeof object["label"] === "string" ? object["label"] : "";
    const isFilled = "normalized_polygons" in object;
    return [{ label, score: numberIn(object, "score"), box: corners, rings: ringsOf(object, corners), isFilled }];
  });
}

/** Returns the objects of an answer's JSON; none if it has none. */
export function objectsIn(data: unknown): readonly unknown[] {
  const objects = isJsonObject(data) ? data["objects"] : undefined;
  return Array.isArray(objects) ? objects : [];
}

/** Returns the text of a text answer; `undefined` for every other answer. */
export function textIn(data: unknown): string | undefined {
  const isText = isJsonObject(data) && data["type"] === "text" && typeof data["text"] === "string";
  return isText ? String(data["text"]) : undefined;
}
