import {
  boundsOf,
  type Box,
  boxInPixels,
  type ImageSize,
  normalizedBox,
  normalizedPoints,
  type Point,
  pointsInPixels,
} from "./coordinates.ts";
import type { LocationPiece } from "./lex.ts";

/** A labelled box. Coordinates are inside the image; the label contains no special token and may be empty. */
export interface BoxObject {
  readonly label: string;
  /** In pixels of the source image, x1 <= x2 and y1 <= y2. For other shapes, their bounding box. */
  readonly box: Box;
  readonly normalizedBox: Box;
  /** The `ordinal` of each location token of the shape, in order. */
  readonly locations: readonly number[];
}

/** A text with its four corners in the model's order: clockwise from the text's own top-left. */
export interface QuadObject extends BoxObject {
  readonly quad: readonly Point[];
  readonly normalizedQuad: readonly Point[];
}

/** An outlined object: one ring for each visible part. A ring has at least three points and does not repeat the first at its end. */
export interface PolygonObject extends BoxObject {
  readonly polygons: readonly (readonly Point[])[];
  readonly normalizedPolygons: readonly (readonly Point[])[];
}

type Locations = readonly LocationPiece[];

function binsOf(locations: Locations): readonly number[] {
  return locations.map(({ bin }) => bin);
}

/** The bounding box of any even number of location tokens, x before y. */
export function boxObject(label: string, locations: Locations, size: ImageSize): BoxObject {
  const bounds = boundsOf(binsOf(locations));
  return {
    label,
    box: boxInPixels(bounds, size),
    normalizedBox: normalizedBox(bounds),
    locations: locations.map(({ ordinal }) => ordinal),
  };
}

/** A quad from eight location tokens, x before y. */
export function quadObject(label: string, locations: Locations, size: ImageSize): QuadObject {
  const bins = binsOf(locations);
  return {
    ...boxObject(label, locations, size),
    quad: pointsInPixels(bins, size),
    normalizedQuad: normalizedPoints(bins),
  };
}

/** A polygon object from one ring of location tokens for each part, x before y. */
export function polygonObject(label: string, rings: readonly Locations[], size: ImageSize): PolygonObject {
  const bins = rings.map(binsOf);
  return {
    ...boxObject(label, rings.flat(), size),
    polygons: bins.map((ring) => pointsInPixels(ring, size)),
    normalizedPolygons: bins.map(normalizedPoints),
  };
}
