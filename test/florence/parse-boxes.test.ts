import { describe, expect, it } from "vitest";
import { parse } from "../../src/florence/parse.ts";
import { boxesOf, expandShort, parseShort } from "../support/short-generation.ts";

describe("a box", () => {
  it("is in pixels and in 0..1, with the ordinals of its location tokens", () => {
    const answer = parse(expandShort("cat⟨1 2 3⟩dog⟨0 250 499 999⟩"), "object-detection", { width: 640, height: 480 });
    expect(answer).toEqual({
      type: "boxes",
      objects: [
        {
          label: "dog",
          box: { x1: 0.32, y1: 120.24, x2: 319.68, y2: 479.76 },
          normalizedBox: { x1: 0.0005, y1: 0.2505, x2: 0.4995, y2: 0.9995 },
          locations: [3, 4, 5, 6],
        },
      ],
    });
  });

  it.each([
    [
      "follows its label",
      "car⟨1 2 3 4⟩dog⟨5 6 7 8⟩",
      [
        ["car", 1, 2, 3, 4],
        ["dog", 5, 6, 7, 8],
      ],
    ],
    [
      "shares a label with the box before",
      "car⟨1 2 3 4 5 6 7 8⟩",
      [
        ["car", 1, 2, 3, 4],
        ["car", 5, 6, 7, 8],
      ],
    ],
    [
      "shares a label across white space too",
      "car⟨1 2 3 4⟩\n⟨5 6 7 8⟩",
      [
        ["car", 1, 2, 3, 4],
        ["car", 5, 6, 7, 8],
      ],
    ],
    [
      "may have no label",
      "⟨1 2 3 4⟩car⟨5 6 7 8⟩",
      [
        ["", 1, 2, 3, 4],
        ["car", 5, 6, 7, 8],
      ],
    ],
    ["is dropped if it is incomplete", "car⟨1 2 3⟩dog⟨5 6 7 8 9⟩", [["dog", 5, 6, 7, 8]]],
    ["does not continue across words", "car⟨1 2⟩dog⟨3 4⟩", []],
    ["does not continue across markers", "car⟨1 2⟩<and>⟨3 4⟩", []],
    ["continues across framing tokens", "car⟨1 2⟩</s>⟨3 4⟩", [["car", 1, 2, 3, 4]]],
    ["has its corners in order", "car⟨9 2 3 8⟩", [["car", 3, 2, 9, 8]]],
    ["stays inside the image", "car⟨1000 0 99999 5⟩", [["car", 999, 0, 999, 5]]],
    ["keeps a label's letters of any script", "猫 café⟨1 2 3 4⟩", [["猫 café", 1, 2, 3, 4]]],
    ["has a label on one line", " a\n b\t⟨1 2 3 4⟩", [["a b", 1, 2, 3, 4]]],
    ["has a label without markers", "<od>a<and>b<sep>⟨1 2 3 4⟩", [["a b", 1, 2, 3, 4]]],
    ["has no token in its label that a framing token split", "<loc_<s>1>x⟨1 2 3 4⟩", [["<loc_ 1>x", 1, 2, 3, 4]]],
  ])("%s", (_, short, expected) => {
    expect(boxesOf(parseShort("object-detection", short))).toEqual(expected);
    expect(boxesOf(parseShort("open-vocabulary-detection", short))).toEqual(expected);
  });

  it("of a region proposal has no label, whatever the text", () => {
    expect(boxesOf(parseShort("region-proposal", "car⟨1 2 3 4⟩dog⟨5 6 7 8⟩"))).toEqual([
      ["", 1, 2, 3, 4],
      ["", 5, 6, 7, 8],
    ]);
  });

  it("of a grounded phrase is dropped for banned phrases, compared with case", () => {
    const short = "it⟨1 2 3 4⟩the image⟨1 2 3 4⟩It⟨5 6 7 8⟩the image of a dog⟨1 2 3 4⟩";
    expect(boxesOf(parseShort("caption-to-phrase-grounding", short))).toEqual([
      ["It", 5, 6, 7, 8],
      ["the image of a dog", 1, 2, 3, 4],
    ]);
    expect(boxesOf(parseShort("dense-region-caption", "it⟨1 2 3 4⟩"))).toEqual([["it", 1, 2, 3, 4]]);
  });
});
