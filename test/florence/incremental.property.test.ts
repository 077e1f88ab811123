import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIncrementalParser } from "../../src/florence/incremental.ts";
import { collectAnswer, parse } from "../../src/florence/parse.ts";
import { cuts, taskName, tokenSoup } from "../support/token-soup.ts";

const size = { width: 640, height: 480 };

describe("a text cut anywhere", () => {
  it("has the answer of the whole text", () => {
    fc.assert(
      fc.property(cuts(tokenSoup), taskName, (chunks, task) => {
        const parser = createIncrementalParser(task, size);
        const events = [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
        expect(collectAnswer(parser.type(), events)).toEqual(parse(chunks.join(""), task, size));
      }),
      { numRuns: 500 },
    );
  });

  it("never emits half of a character", () => {
    fc.assert(
      fc.property(cuts(fc.string({ unit: "grapheme-composite" })), (chunks) => {
        const parser = createIncrementalParser("caption", size);
        const events = [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
        for (const event of events) expect(event.type === "text" && event.text.isWellFormed()).toBe(true);
      }),
    );
  });
});
