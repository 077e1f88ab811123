import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answersByType } from "../../src/contract/answers.ts";
import { BoxFormat } from "../../src/contract/form-options.ts";
import { boxInPixels } from "../../src/florence/coordinates.ts";
import { withBoxFormat } from "../../src/forms/box-format.ts";
import { anyAnswer, boxes, located, object, oneOfEach } from "../support/answers.ts";

function firstOf(answer: ReturnType<typeof withBoxFormat>) {
  return answer.type === "text" ? undefined : answer.objects[0];
}

describe("withBoxFormat", () => {
  it.each([
    ["xyxy", { x1: 10, y1: 50, x2: 110, y2: 150 }, { x1: 0.025, y1: 0.25, x2: 0.275, y2: 0.75 }],
    ["xywh", { x: 10, y: 50, width: 100, height: 100 }, { x: 0.025, y: 0.25, width: 0.25, height: 0.5 }],
    ["cxcywh", { cx: 60, cy: 100, width: 100, height: 100 }, { cx: 0.15, cy: 0.5, width: 0.25, height: 0.5 }],
  ] as const)("converts boxes to %s, in pixels and normalized", (format, box, normalized_box) => {
    const answer = withBoxFormat(boxes("cat"), format);
    expect(answer).toMatchObject({ type: "boxes", box_format: format });
    expect(firstOf(answer)).toEqual({ label: "cat", score: 0.5, box, normalized_box });
  });

  it("rounds away the errors of subtraction", () => {
    const box = boxInPixels({ x1: 263, y1: 582, x2: 523, y2: 959 }, { width: 640, height: 480 });
    const answer = withBoxFormat({ type: "boxes", ...located, objects: [{ ...object, box }] }, "xywh");
    expect(box.x2 - box.x1).not.toBe(166.4);
    expect(firstOf(answer)?.box).toEqual({ x: 168.64, y: 279.6, width: 166.4, height: 180.96 });
  });

  it("keeps quads and polygons, and returns texts unchanged", () => {
    for (const answer of oneOfEach) {
      const converted = withBoxFormat(answer, "cxcywh");
      expect(Object.keys(firstOf(converted) ?? {}).toSorted()).toEqual(Object.keys(firstOf(answer) ?? {}).toSorted());
    }
    expect(withBoxFormat(oneOfEach[0] ?? boxes(), "xywh")).toBe(oneOfEach[0]);
  });

  it("fits the contract's variant in every format, for any answer", () => {
    const property = fc.property(anyAnswer, fc.constantFrom(...BoxFormat.options), (answer, format) => {
      const converted = withBoxFormat(answer, format);
      expect(answersByType[answer.type].parse(converted)).toEqual(converted);
    });
    fc.assert(property);
  });
});
