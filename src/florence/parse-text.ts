import type { PieceParser } from "./piece-parser.ts";

/**
 * Gives out the words without special tokens and without white space at either end, as early as that can be told. A special
 * token between two words counts as a space. Line breaks stay: they are the lines of a text that was read.
 */
export function createTextParser(write: (text: string) => void): PieceParser {
  let begun = false;
  /** White space that is given out once a word follows. */
  let space = "";
  let isParted = false;
  return {
    push: (piece) => {
      if (piece.type !== "text") {
        isParted = true;
      } else if (piece.text.trim() === "") {
        space += piece.text;
      } else {
        const words = piece.text.trimEnd();
        const needsSpace = isParted && space === "" && words.trimStart() === words;
        const text = begun ? space + (needsSpace ? " " : "") + words : words.trimStart();
        write(text);
        space = piece.text.slice(words.length);
        [begun, isParted] = [true, false];
      }
    },
    end: () => undefined,
  };
}
