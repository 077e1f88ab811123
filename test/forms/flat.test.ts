import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoxFormat } from "../../src/contract/form-options.ts";
import { FlatAnswer } from "../../src/contract/forms.ts";
import { withBoxFormat } from "../../src/forms/box-format.ts";
import { flat } from "../../src/forms/flat.ts";
import { anyAnswer, boxes, oneOfEach } from "../support/answers.ts";

describe("the flat form", () => {
  it("concatenates the objects' values, and gives the first object under separate keys", () => {
    const answer = boxes("cat", "dog, lying");
    expect(flat(answer, "xyxy")).toEqual({
      type: "flat",
      answer_type: "boxes",
      task: "object-detection",
      text: "",
      object_count: 2,
      labels: 'cat,"dog, lying"',
      scores: "0.5,0.5",
      boxes: "10,50,110,150;10,50,110,150",
      normalized_boxes: "0.025,0.25,0.275,0.75;0.025,0.25,0.275,0.75",
      polygons: "",
      box_format: "xyxy",
      first_label: "cat",
      first_score: 0.5,
      first_x1: 10,
      first_y1: 50,
      first_x2: 110,
      first_y2: 150,
      score_type: "x",
      finish_reason: "stop",
      source_width: 400,
      source_height: 200,
      model_id: "fake",
      model_revision: "1",
      model_dtype: "fp32",
      prompt_tokens: 1,
      completion_tokens: 2,
      json: JSON.stringify(answer),
    });
  });

  it("writes boxes in the requested format", () => {
    expect(flat(withBoxFormat(boxes("cat"), "xywh"), "xywh")).toMatchObject({
      boxes: "10,50,100,100",
      normalized_boxes: "0.025,0.25,0.25,0.5",
      first_x: 10,
      first_width: 100,
    });
    expect(flat(withBoxFormat(boxes("cat"), "cxcywh"), "cxcywh")).toMatchObject({
      boxes: "60,100,100,100",
      first_cx: 60,
    });
  });

  it("concatenates the points of quads and of polygons", () => {
    const square = "10,50 110,50 110,150 10,150";
    const [, , quads = "", polygons = ""] = oneOfEach.map((answer) => flat(answer, "xyxy").polygons);
    expect([quads, polygons]).toEqual([square, `${square}|10,50 110,50 110,150`]);
  });

  it("has the same keys for a text, with empty values for objects", () => {
    const [text, ...others] = oneOfEach.map((answer) => flat(answer, "xyxy"));
    expect(text).toMatchObject({ text: "a cat, and a dog", object_count: 0, labels: "", first_label: "", first_x1: 0 });
    for (const other of others) expect(Object.keys(other)).toEqual(Object.keys(text ?? {}));
  });

  it("contains only texts and numbers, and fits the contract, for any answer", () => {
    const property = fc.property(anyAnswer, fc.constantFrom(...BoxFormat.options), (answer, format) => {
      const form = flat(withBoxFormat(answer, format), format);
      expect(FlatAnswer.parse(form)).toEqual(form);
      const types = new Set(Object.values(form).map((value) => typeof value));
      expect([...types].toSorted()).toEqual(["number", "string"]);
    });
    fc.assert(property);
  });

  it("contains the whole answer as JSON", () => {
    const property = fc.property(anyAnswer, (answer) => {
      expect(JSON.parse(flat(answer, "xyxy").json)).toEqual(JSON.parse(JSON.stringify(answer)));
    });
    fc.assert(property);
  });
});
