import type { Piece } from "./lex.ts";

/** Takes a text's pieces one after another, hands out what they complete, and never throws. */
export interface PieceParser {
  push(piece: Piece): void;
  /** To be called once, after the last piece. */
  end(): void;
}

/** What a piece that is no place adds to a label. A special token parts words: `a<and>b` is "a b". */
export function wordsOf(piece: Piece): string {
  return piece.type === "text" ? piece.text : " ";
}
