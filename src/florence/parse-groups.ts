import type { LabelReader } from "./label.ts";
import type { LocationPiece } from "./lex.ts";
import { type PieceParser, wordsOf } from "./piece-parser.ts";

/**
 * Parses `label ⟨group⟩⟨group⟩ label ⟨group⟩ …`, where a group is `length` consecutive location tokens: four for a box, eight
 * for a quad. Calls `complete` at a group's last token. Left-over tokens of a run are dropped and never become part of a label.
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
