import { describe, expect, it } from "vitest";
import { Answer } from "../../src/contract/answers.ts";
import { svgPath, withOutlines } from "../../src/forms/outline.ts";
import { runsOf } from "../support/coco-mask.ts";
import { oneOfEach, square } from "../support/answers.ts";

const path = "M10,50L110,50L110,150L10,150Z";

function outlinesOf(...include: readonly ("svg_path" | "coco_rle")[]) {
  const answers = oneOfEach.map((answer) => Answer.parse(withOutlines(answer, include)));
  return answers.map((answer) => (answer.type === "text" ? undefined : answer.objects[0]));
}

describe("outlines", () => {
  it("have one closed subpath for each ring", () => {
    expect(svgPath([square, square.slice(0, 3)])).toBe(`${path}M10,50L110,50L110,150Z`);
  });

  it("follow the most exact shape that an object has", () => {
    expect(outlinesOf("svg_path").map((object) => object?.svg_path)).toEqual([
      undefined,
      path,
      path,
      `${path}M10,50L110,50L110,150Z`,
    ]);
  });

  it("include masks of the whole image on request", () => {
    for (const object of outlinesOf("svg_path", "coco_rle").slice(1)) {
      const runs = runsOf(object?.coco_rle?.counts ?? "");
      expect(object?.coco_rle?.size).toEqual([200, 400]);
      expect([runs.length, runs[0], runs[1]]).toEqual([201, 10 * 200 + 50, 100]);
      expect(object?.svg_path).toContain(path);
    }
  });

  it("are left out unless they are requested", () => {
    expect(oneOfEach.map((answer) => withOutlines(answer, []))).toEqual(oneOfEach);
    expect(outlinesOf("svg_path").map((object) => object?.coco_rle)).toEqual(oneOfEach.map(() => undefined));
  });
});
