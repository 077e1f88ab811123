import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIncrementalParser } from "../../src/florence/incremental.ts";
import { collectAnswer, parse } from "../../src/florence/parse.ts";
import { cuts, taskName, tokenSoup } from "../support/token-soup.ts";

const size = { width: 640, height: 480 };

describe("a text cut anywhere", () => {
  it("gives the answer of the whole text", () => {
    fc.assert(
      fc.property(cuts(tokenSoup), taskName, (stretches, task) => {
        const parser = createIncrementalParser(task, size);
        const events = [...stretches.flatMap((stretch) => parser.push(stretch)), ...parser.end()];
        expect(collectAnswer(parser.type(), events)).toEqual(parse(stretches.join(""), task, size));
      }),
      { numRuns: 500 },
    );
  });

  it("never gives out half a character that the text has whole", () => {
    fc.assert(
      fc.property(cuts(fc.string({ unit: "grapheme-composite" })), (stretches) => {
        const parser = createIncrementalParser("caption", size);
        const events = [...stretches.flatMap((stretch) => parser.push(stretch)), ...parser.end()];
        for (const event of events) expect(event.type === "text" && event.text.isWellFormed()).toBe(true);
      }),
    );
  });
});
