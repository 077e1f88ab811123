import type { LabelReader } from "./label.ts";
import type { LocationPiece } from "./lex.ts";
import { type PieceParser, wordsOf } from "./piece-parser.ts";

/** A ring of fewer points encloses nothing. */
export const MIN_RING_POINTS = 3;

/** Leaves out a last x that has no y, as in an answer that was cut off. */
function wholePoints(ring: readonly LocationPiece[]): readonly LocationPiece[] {
  return ring.slice(0, ring.length - (ring.length % 2));
}

/**
 * Reads `label <poly>⟨x y x y …⟩<sep>⟨…⟩</poly> …`: an instance is what stands between `<poly>` and `</poly>`, and each of
 * its parts is a ring of points. Without those markers, which the segmentation tasks leave out, words end an instance. An
 * instance that the end of the text cuts off keeps the points it has; rings of fewer than three points are dropped.
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
