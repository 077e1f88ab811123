import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseListHeader } from "../../../src/inference/protocol/list-header.ts";

const token = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/u);
const values = fc.string({ unit: fc.constantFrom("a", "B", " ", ",", ";", "=", '"', "\\", "7"), maxLength: 12 });
const parameters = fc.uniqueArray(fc.tuple(token, values), { selector: ([name]) => name, maxLength: 4 });
const members = fc.array(fc.record({ name: token, parameters }), { maxLength: 4 });

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

describe("parseListHeader", () => {
  it("parses what was formatted, whatever the quoted values contain", () => {
    fc.assert(
      fc.property(members, fc.constantFrom(",", ", ", " , "), (formatted, comma) => {
        const header = formatted
          .map(({ name, parameters: own }) =>
            [name, ...own.map(([key, value]) => `${key}=${quoted(value)}`)].join("; "),
          )
          .join(comma);
        const expected = formatted.map(({ name, parameters: own }) => ({ name, parameters: new Map(own) }));
        expect(parseListHeader(header)).toEqual(expected);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(parseListHeader(header)).toBeInstanceOf(Array);
      }),
    );
  });

  it("accepts the first of duplicate parameters, flags, and names in any case", () => {
    const first = new Map([
      ["dur", "1"],
      ["hit", ""],
    ]);
    expect(parseListHeader("a; Dur=1; dur=2; hit,, ;x=1")).toEqual([{ name: "a", parameters: first }]);
    expect(parseListHeader(null)).toEqual([]);
  });
});
