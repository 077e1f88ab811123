import type { ImageSize } from "./coordinates.ts";
import { incompleteTailStart, lex } from "./lex.ts";
import { createAnswerParser, type ParseEvent } from "./parse.ts";
import type { AnswerType, TaskName } from "./tasks.ts";

/** Parses an answer while it is being generated. */
export interface IncrementalParser {
  /** Takes the next chunk of text, cut anywhere, and returns the events that it completes. */
  push(text: string): readonly ParseEvent[];
  /** Call once, after the last chunk. Returns the events that the end completes. */
  end(): readonly ParseEvent[];
  /** The answer's type as far as it is known, for `collectAnswer`. Final after `end`. */
  type(): AnswerType;
}

/** Emits the events of `parse` on the whole text, however it is cut; only text events may be split differently. */
export function createIncrementalParser(task: TaskName, size: ImageSize): IncrementalParser {
  let events: ParseEvent[] = [];
  /** The end of the text so far: possibly an incomplete special token or half a surrogate pair. */
  let incompleteTail = "";
  let locations = 0;
  const parser = createAnswerParser(task, size, (event) => events.push(event));
  const parsePieces = (text: string): void => {
    for (const piece of lex(text, locations)) {
      if (piece.type === "location") locations += 1;
      parser.push(piece);
    }
  };
  const flush = (): readonly ParseEvent[] => {
    const completed = events;
    events = [];
    return completed;
  };
  return {
    push: (text) => {
      const unparsed = incompleteTail + text;
      const end = incompleteTailStart(unparsed);
      incompleteTail = unparsed.slice(end);
      parsePieces(unparsed.slice(0, end));
      return flush();
    },
    end: () => {
      parsePieces(incompleteTail);
      incompleteTail = "";
      parser.end();
      return flush();
    },
    type: () => parser.type(),
  };
}
