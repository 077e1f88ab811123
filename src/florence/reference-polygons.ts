import type { ImageSize } from "./coordinates.ts";
import type { LocationPiece, Piece } from "./lex.ts";
import { labelOf } from "./reference-boxes.ts";
import { cleanUp, coordinatesOf, isLocation, labelledRuns, MIN_UNITS, runsOf } from "./reference-runs.ts";

/** Polygons in Hugging Face's format: for each instance a list of its polygons, each x, y, x, y, … */
export interface ReferencePolygons {
  readonly polygons: readonly (readonly (readonly number[])[])[];
  readonly labels: readonly string[];
}

interface Match {
  readonly label: string | undefined;
  readonly units: readonly Piece[];
}

type Delimiter = "<sep>" | "<poly>" | "</poly>";

function is(piece: Piece, delimiter: Delimiter): boolean {
  return !isLocation(piece) && piece.text === delimiter;
}

/** Whether a piece is a location or a polygon delimiter. */
function isUnit(piece: Piece): piece is Piece {
  return isLocation(piece) || is(piece, "<sep>") || is(piece, "<poly>") || is(piece, "</poly>");
}

/** The label is the text before the first location or `<poly>`: words, but also a `<sep>` or `</poly>` that comes first. */
function polygonLabel(words: string, units: readonly Piece[]): string | undefined {
  const end = units.findIndex((unit) => isLocation(unit) || is(unit, "<poly>"));
  if (end === -1) return undefined;
  const delimiters = units.slice(0, end).map((unit) => (isLocation(unit) ? "" : unit.text));
  return labelOf(words + delimiters.join(""));
}

/** The shortest spans from a `<poly>` to a `</poly>`. If one of the two is missing, the whole run is one instance. */
function instancesOf(units: readonly Piece[]): readonly (readonly Piece[])[] {
  const has = (delimiter: Delimiter): boolean => units.some((unit) => is(unit, delimiter));
  if (!has("<poly>") || !has("</poly>")) return [units];
  const instances: (readonly Piece[])[] = [];
  let start: number | undefined;
  for (const [index, unit] of units.entries()) {
    if (is(unit, "<poly>")) start ??= index + 1;
    if (!is(unit, "</poly>") || start === undefined) continue;
    instances.push(units.slice(start, index));
    start = undefined;
  }
  return instances;
}

/** The locations directly before each `<sep>` and before the instance's end. Each ring drops a last x without a y. */
function ringsOf(instance: readonly Piece[]): readonly (readonly LocationPiece[])[] {
  const rings: (readonly LocationPiece[])[] = [];
  let ring: LocationPiece[] = [];
  const endRing = (): void => {
    if (ring.length > 0) rings.push(ring.slice(0, ring.length - (ring.length % 2)));
    ring = [];
  };
  for (const unit of instance) {
    if (isLocation(unit)) ring.push(unit);
    else if (is(unit, "<sep>")) endRing();
    else ring = [];
  }
  endRing();
  return rings;
}

function polygonsOf(matches: readonly Match[], size: ImageSize): ReferencePolygons {
  const polygons: (readonly (readonly number[])[])[] = [];
  const labels: string[] = [];
  for (const { label, units } of matches) {
    if (label === undefined) continue;
    for (const instance of instancesOf(units)) {
      const rings = ringsOf(instance);
      if (rings.length === 0) continue;
      polygons.push(rings.map((ring) => coordinatesOf(ring, size)));
      labels.push(label);
    }
  }
  return { polygons, labels };
}

/** The polygon branch of `description_with_bboxes_or_polygons`: words, then four or more locations and delimiters. */
export function labelledPolygons(text: string, size: ImageSize): ReferencePolygons {
  const cleaned = cleanUp(text);
  const matches = labelledRuns(cleaned, runsOf(cleaned, isUnit));
  return polygonsOf(
    matches.map(({ words, units }) => ({ label: polygonLabel(words, units), units })),
    size,
  );
}

/** `polygons`: runs of four or more locations and delimiters. The label is searched after a leading location. */
export function plainPolygons(text: string, size: ImageSize): ReferencePolygons {
  const runs = runsOf(cleanUp(text), isUnit).filter((units) => units.length >= MIN_UNITS);
  const matches = runs.map((units) => {
    const isAfterLocation = units[0]?.type === "location";
    return { label: polygonLabel("", isAfterLocation ? units.slice(1) : units), units };
  });
  return polygonsOf(matches, size);
}
