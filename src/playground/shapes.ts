import type { Box } from "../client/florence.ts";
import type { Place } from "./region.ts";

/** An object of an answer as it is drawn; coordinates in 0..1. */
export interface Shape {
  readonly label: string;
  readonly score: number;
  /** What holds all of it: where its label goes. */
  readonly box: Box;
  /** Closed outlines; one for a box, one for a quad, any number for polygons. */
  readonly rings: readonly (readonly Place[])[];
  /** Whether the inside is coloured, too. */
  readonly isFilled: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" ? value : 0;
}

/** Corners of a box in any of the API's formats, told apart by their keys. */
export function cornersOf(box: Fields): Box {
  if ("x1" in box) {
    return { x1: number(box, "x1"), y1: number(box, "y1"), x2: number(box, "x2"), y2: number(box, "y2") };
  }
  const [width, height] = [number(box, "width"), number(box, "height")];
  const left = "cx" in box ? number(box, "cx") - width / 2 : number(box, "x");
  const top = "cy" in box ? number(box, "cy") - height / 2 : number(box, "y");
  return { x1: left, y1: top, x2: left + width, y2: top + height };
}

function ring(points: unknown): readonly Place[] {
  return Array.isArray(points)
    ? points.filter(isFields).map((point) => ({ x: number(point, "x"), y: number(point, "y") }))
    : [];
}

function rectangle({ x1, y1, x2, y2 }: Box): readonly Place[] {
  return [
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x2, y: y2 },
    { x: x1, y: y2 },
  ];
}

/** The most exact outline that an object has. */
function ringsOf(object: Fields, box: Box): readonly (readonly Place[])[] {
  const polygons = object["normalized_polygons"];
  if (Array.isArray(polygons)) return polygons.map(ring);
  return "normalized_quad" in object ? [ring(object["normalized_quad"])] : [rectangle(box)];
}

/** Objects of an answer or of a stream as shapes; what has no box is left out. */
export function shapesOf(objects: readonly unknown[]): readonly Shape[] {
  return objects.filter(isFields).flatMap((object) => {
    const box = object["normalized_box"];
    if (!isFields(box)) return [];
    const corners = cornersOf(box);
    const label = typeof object["label"] === "string" ? object["label"] : "";
    const isFilled = "normalized_polygons" in object;
    return [{ label, score: number(object, "score"), box: corners, rings: ringsOf(object, corners), isFilled }];
  });
}

/** The objects of an answer's JSON; none where it has none. */
export function objectsIn(data: unknown): readonly unknown[] {
  const objects = isFields(data) ? data["objects"] : undefined;
  return Array.isArray(objects) ? objects : [];
}

/** The text of a text answer; `undefined` for all others. */
export function textIn(data: unknown): string | undefined {
  const isText = isFields(data) && data["type"] === "text" && typeof data["text"] === "string";
  return isText ? String(data["text"]) : undefined;
}
