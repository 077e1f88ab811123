import { describe, expect, it } from "vitest";
import { boxesOf, outlinesOf, parseShort } from "../support/short-generation.ts";

describe("a text", () => {
  it.each([
    ["</s><s> a cat  </s><pad>", "a cat"],
    ["car⟨52 332 932 774⟩", "car"],
    ["STOP\nAHEAD", "STOP\nAHEAD"],
    ["car⟨1 2⟩door", "car door"],
    ["a <unk> b", "a  b"],
    ["a<unk>b", "a b"],
    ["café 猫", "café 猫"],
    ["a < b", "a < b"],
    ["</s><s></s>", ""],
  ])("%j is parsed as %j", (short, text) => {
    expect(parseShort("ocr", short)).toEqual({ type: "text", text });
  });
});

describe("a quad", () => {
  it("has four corners in the model's order and their bounding box", () => {
    const answer = parseShort("ocr-with-region", "STOP⟨110 20 10 25 12 60 112 55⟩");
    expect(answer).toEqual({
      type: "quads",
      objects: [
        {
          label: "STOP",
          box: { x1: 10.5, y1: 20.5, x2: 112.5, y2: 60.5 },
          normalizedBox: { x1: 0.0105, y1: 0.0205, x2: 0.1125, y2: 0.0605 },
          quad: [
            { x: 110.5, y: 20.5 },
            { x: 10.5, y: 25.5 },
            { x: 12.5, y: 60.5 },
            { x: 112.5, y: 55.5 },
          ],
          normalizedQuad: [
            { x: 0.1105, y: 0.0205 },
            { x: 0.0105, y: 0.0255 },
            { x: 0.0125, y: 0.0605 },
            { x: 0.1125, y: 0.0555 },
          ],
          locations: [0, 1, 2, 3, 4, 5, 6, 7],
        },
      ],
    });
  });

  it("drops left-over locations before the next text", () => {
    const answer = parseShort("ocr-with-region", "A⟨1 2 3 4 5 6 7⟩B\n⟨1 2 3 4 5 6 7 8 9⟩C⟨1 2 3 4 5 6 7 8⟩");
    expect(answer.type === "quads" && answer.objects.map(({ label }) => label)).toEqual(["B", "C"]);
  });
});

describe("open-vocabulary detection", () => {
  it("returns the type of its first shape", () => {
    expect(boxesOf(parseShort("open-vocabulary-detection", "cat⟨1 2 3 4⟩dog<poly>⟨5 6 7 8⟩</poly>"))).toEqual([
      ["cat", 1, 2, 3, 4],
      ["dog", 5, 6, 7, 8],
    ]);
    expect(
      outlinesOf(parseShort("open-vocabulary-detection", "cat<poly>⟨1 2 3 4 5 6⟩</poly>dog⟨5 6 7 8 9 10⟩")),
    ).toEqual([
      ["cat", "1 2 3 4 5 6"],
      ["dog", "5 6 7 8 9 10"],
    ]);
  });

  it("returns boxes if there is no shape", () => {
    expect(parseShort("open-vocabulary-detection", "cat")).toEqual({ type: "boxes", objects: [] });
  });
});
