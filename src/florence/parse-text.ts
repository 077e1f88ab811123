import type { PieceParser } from "./piece-parser.ts";

/**
 * Emits the words, without special tokens and without leading or trailing white space, as soon as they are certain. A
 * special token between two words counts as a space. Line breaks are kept: they separate the lines of a text in the
 * image.
 */
export function createTextParser(emit: (text: string) => void): PieceParser {
  let hasWords = false;
  /** White space that is emitted once a word follows. */
  let space = "";
  let isSeparated = false;
  return {
    push: (piece) => {
      if (piece.type !== "text") {
        isSeparated = true;
      } else if (piece.text.trim() === "") {
        space += piece.text;
      } else {
        const words = piece.text.trimEnd();
        const needsSpace = isSeparated && space === "" && words.trimStart() === words;
        const text = hasWords ? space + (needsSpace ? " " : "") + words : words.trimStart();
        emit(text);
        space = piece.text.slice(words.length);
        [hasWords, isSeparated] = [true, false];
      }
    },
    end: () => undefined,
  };
}
