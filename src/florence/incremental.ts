import type { ImageSize } from "./coordinates.ts";
import { incompleteTailStart, lex } from "./lex.ts";
import { createAnswerParser, type ParseEvent } from "./parse.ts";
import type { AnswerType, TaskName } from "./tasks.ts";

/** Reads an answer while it is being written. */
export interface IncrementalParser {
  /** Takes the next stretch of text, cut anywhere, and gives what it completed. */
  push(text: string): readonly ParseEvent[];
  /** To be called once, when no text will follow; gives what the end completed. */
  end(): readonly ParseEvent[];
  /** The answer's type as known so far, final after `end`: what `collectAnswer` needs. */
  type(): AnswerType;
}

/** All events together are those of `parse` on the whole text, however it is cut, but for where texts are parted. */
export function createIncrementalParser(task: TaskName, size: ImageSize): IncrementalParser {
  let events: ParseEvent[] = [];
  /** The end of what was pushed, which may be half a special token or half a character. */
  let held = "";
  let locations = 0;
  const parser = createAnswerParser(task, size, (event) => events.push(event));
  const take = (text: string): void => {
    for (const piece of lex(text, locations)) {
      if (piece.type === "location") locations += 1;
      parser.push(piece);
    }
  };
  const flush = (): readonly ParseEvent[] => {
    const done = events;
    events = [];
    return done;
  };
  return {
    push: (text) => {
      const known = held + text;
      const end = incompleteTailStart(known);
      held = known.slice(end);
      take(known.slice(0, end));
      return flush();
    },
    end: () => {
      take(held);
      held = "";
      parser.end();
      return flush();
    },
    type: () => parser.type(),
  };
}
