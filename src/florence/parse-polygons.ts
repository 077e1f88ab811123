import type { LabelReader } from "./label.ts";
import type { LocationPiece } from "./lex.ts";
import { type PieceParser, wordsOf } from "./piece-parser.ts";

/** Minimum number of points of a ring: fewer enclose no area. */
export const MIN_RING_POINTS = 3;

/** Drops a last x without a y, which occurs in an answer that was cut off. */
function wholePoints(ring: readonly LocationPiece[]): readonly LocationPiece[] {
  return ring.slice(0, ring.length - (ring.length % 2));
}

/**
 * Parses `label <poly>⟨x y x y …⟩<sep>⟨…⟩</poly> …`: an instance is the content between `<poly>` and `</poly>`, and each of its
 * parts is a ring of points. Without these markers, which the segmentation tasks omit, words end an instance. An instance
 * that is cut off by the end of the text keeps its points; rings of fewer than three points are dropped.
 */
export function createPolygonParser(
  labels: LabelReader,
  complete: (label: string, rings: readonly (readonly LocationPiece[])[]) => void,
): PieceParser {
  let label = "";
  let rings: (readonly LocationPiece[])[] = [];
  let ring: LocationPiece[] = [];
  const endRing = (): void => {
    if (ring.length >= 2 * MIN_RING_POINTS) rings.push(wholePoints(ring));
    ring = [];
  };
  const endInstance = (): void => {
    endRing();
    if (rings.length > 0) complete(label, rings);
    rings = [];
  };
  return {
    push: (piece) => {
      if (piece.type === "location") {
        label = labels.read();
        ring.push(piece);
      } else if (piece.text === "<sep>") {
        endRing();
      } else {
        if (piece.type !== "framing") endInstance();
        labels.write(wordsOf(piece));
      }
    },
    end: endInstance,
  };
}
