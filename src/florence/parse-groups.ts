import type { LabelReader } from "./label.ts";
import type { LocationPiece } from "./lex.ts";
import { type PieceParser, wordsOf } from "./piece-parser.ts";

/**
 * Reads `label ⟨group⟩⟨group⟩ label ⟨group⟩ …`, where a group is `length` location tokens in a row: four make a box, eight
 * a quad. A group is handed out with its last token. A row's left-over tokens are dropped, and never get into a label.
 */
export function createGroupParser(
  length: number,
  labels: LabelReader,
  complete: (label: string, group: readonly LocationPiece[]) => void,
): PieceParser {
  let group: LocationPiece[] = [];
  return {
    push: (piece) => {
      if (piece.type !== "location") {
        if (piece.type !== "framing") group = [];
        labels.write(wordsOf(piece));
        return;
      }
      const label = labels.read();
      group.push(piece);
      if (group.length < length) return;
      complete(label, group);
      group = [];
    },
    end: () => undefined,
  };
}
