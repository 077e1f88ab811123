import type { Answer, LocatedAnswer } from "../contract/answers.ts";
import type { Inclusion } from "../contract/form-options.ts";
import type { Box, Point } from "../contract/geometry.ts";
import { cocoRle } from "./coco-rle.ts";

/** One ring for each visible part. */
export type Rings = readonly (readonly Point[])[];

/** A box's corners, clockwise from the top left. */
export function cornersOf({ x1, y1, x2, y2 }: Box): Point[] {
  return [
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x2, y: y2 },
    { x: x1, y: y2 },
  ];
}

/** An object's outline in pixels: its polygons, else its quad, else its box. */
export function ringsOf(object: LocatedAnswer["objects"][number]): Rings {
  if ("polygons" in object) return object.polygons;
  return ["quad" in object ? object.quad : cornersOf(object.box)];
}

/** Rings as the `d` attribute of an SVG `<path>`, each closed. */
export function svgPath(rings: Rings): string {
  return rings.map((ring) => `M${ring.map(({ x, y }) => `${x},${y}`).join("L")}Z`).join("");
}

type Size = LocatedAnswer["source"];

function outlines(rings: Rings, size: Size, include: readonly Inclusion[]) {
  return {
    ...(include.includes("svg_path") ? { svg_path: svgPath(rings) } : {}),
    ...(include.includes("coco_rle") ? { coco_rle: cocoRle(rings, size) } : {}),
  };
}

/** Adds each object's outline in the requested encodings. One branch per answer type, as in `box-format.ts`. */
export function withOutlines(answer: Answer, include: readonly Inclusion[]): Answer {
  if (answer.type === "text" || include.length === 0) return answer;
  const { source } = answer;
  const item = <Item extends LocatedAnswer["objects"][number]>(object: Item) => ({
    ...object,
    ...outlines(ringsOf(object), source, include),
  });
  if (answer.type === "boxes") return { ...answer, objects: answer.objects.map((each) => item(each)) };
  if (answer.type === "quads") return { ...answer, objects: answer.objects.map((each) => item(each)) };
  return { ...answer, objects: answer.objects.map((each) => item(each)) };
}
