import { describe, expect, it } from "vitest";
import { incompleteTailStart, lex } from "../../src/florence/lex.ts";

function kinds(text: string): readonly string[] {
  return lex(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}

describe("lex", () => {
  it("distinguishes words, locations, markers and framing", () => {
    expect(kinds("</s><s>a cat<loc_1><sep></s><pad>")).toEqual([
      "framing </s>",
      "framing <s>",
      "text a cat",
      "location <loc_1>",
      "marker <sep>",
      "framing </s>",
      "framing <pad>",
    ]);
  });

  it("returns positions of pieces and ordinals of locations", () => {
    expect(lex("<loc_5>x<loc_007>", 3)).toEqual([
      { type: "location", start: 0, end: 7, bin: 5, ordinal: 3 },
      { type: "text", text: "x", start: 7, end: 8 },
      { type: "location", start: 8, end: 17, bin: 7, ordinal: 4 },
    ]);
  });

  it.each(["<loc_>", "<loc_-1>", "<loc_1", "<loc_1 >", "< loc_1>", "<LOC_1>", "loc_1>", "<poly", "<OD>", "<x>"])(
    "treats %s as text",
    (text) => {
      expect(kinds(text)).toEqual([`text ${text}`]);
    },
  );

  it.each([
    ["<loc_٤>", 4],
    ["<loc_𝟏𝟗>", 19],
    ["<loc_1٤>", 14],
    [`<loc_${"9".repeat(400)}>`, Infinity],
  ])("parses the number of %s", (text, bin) => {
    expect(lex(text)).toEqual([{ type: "location", start: 0, end: text.length, bin, ordinal: 0 }]);
  });

  it("finds a token inside a broken one", () => {
    expect(kinds("<loc_<loc_1>>")).toEqual(["text <loc_", "location <loc_1>", "text >"]);
  });
});

describe("the incomplete tail of a text", () => {
  it.each(["<", "<l", "<loc_", "<loc_12", "</", "</region_to_desc", "<p", "\uD83D", "<loc_\uD835"])("is %j", (tail) => {
    expect(incompleteTailStart(`a < b${tail}`)).toBe("a < b".length);
  });

  it.each(["", "a", "a < b", "<loc_1>", "<s>", "<loc_x", "<q", "<OD", "😀"])("is empty in %j", (text) => {
    expect(incompleteTailStart(text)).toBe(text.length);
  });
});
