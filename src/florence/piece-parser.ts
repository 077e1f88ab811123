import type { Piece } from "./lex.ts";

/** Takes a text's pieces one after another, and emits what they complete. Never throws. */
export interface PieceParser {
  push(piece: Piece): void;
  /** Call once, after the last piece. */
  end(): void;
}

/** What a piece that is not a location adds to a label. A special token separates words: `a<and>b` is "a b". */
export function wordsOf(piece: Piece): string {
  return piece.type === "text" ? piece.text : " ";
}
