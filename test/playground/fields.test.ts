import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { taskPath } from "../../src/contract/paths.ts";
import { tasks } from "../../src/florence/tasks.ts";
import type { ApiDocument, Task } from "../../src/playground/api-document.ts";
import { fieldsOf } from "../../src/playground/fields.ts";
import { optionsOf, valueKey } from "../../src/playground/options.ts";
import { initialState, type SelectedImage, type State } from "../../src/playground/state.ts";

const rows: readonly Task[] = Object.entries(tasks).map(([name, row]) => ({ name, path: taskPath(name), ...row }));
const apiDocument: ApiDocument = JSON.parse(
  JSON.stringify(
    openApiDocument(
      Object.entries(tasks).map(([name, row]) => ({ name, ...row })),
      "1.0.0",
    ),
  ),
);
const image: SelectedImage = {
  name: "a.png",
  source: new Blob(["a"], { type: "image/png" }),
  displayUrl: "blob:a",
  size: { width: 200, height: 100 },
  description: "",
  note: "",
};
const state: State = { ...initialState, tasks: rows, apiDocument, image };

function fieldsOfTask(name: string) {
  const row = rows.find((each) => each.name === name);
  return row === undefined ? [] : fieldsOf(apiDocument, row, rows);
}

function ownFields(name: string): readonly string[] {
  return fieldsOfTask(name)
    .filter(({ isCommon }) => !isCommon)
    .map((field) => `${field.name}: ${field.kind}`);
}

describe("fields generated from the OpenAPI document", () => {
  it("include the options of the task's own input", () => {
    expect(ownFields("caption")).toEqual([]);
    expect(ownFields("caption-to-phrase-grounding")).toEqual(["text: text"]);
    expect(ownFields("open-vocabulary-detection")).toEqual(["text: text", "labels: lines"]);
    // A region has no form field.
    expect(ownFields("region-to-category")).toEqual([]);
  });

  it("have the kinds and limits of the document", () => {
    const byName = new Map(fieldsOfTask("caption").map((field) => [field.name, field]));
    expect(byName.get("beams")).toMatchObject({
      kind: "number",
      isWhole: true,
      minimum: 1,
      maximum: 5,
      isCommon: true,
    });
    expect(byName.get("min_score")).toMatchObject({ kind: "number", isWhole: false });
    expect(byName.get("include")).toMatchObject({ kind: "choices", choices: ["svg_path", "coco_rle", "score"] });
    expect(byName.get("box_format")).toMatchObject({ kind: "choice", choices: ["xyxy", "xywh", "cxcywh"] });
    expect(byName.get("stream")?.kind).toBe("switch");
    expect(byName.has("image")).toBe(false);
  });
});

describe("options", () => {
  it("have the typed values in the API's types, without empty fields", () => {
    const values = {
      beams: "3",
      min_score: "0.05",
      include: "svg_path,coco_rle",
      stream: "true",
      max_objects: " ",
      format: "",
    };
    expect(optionsOf({ ...state, values })).toEqual({
      beams: 3,
      min_score: 0.05,
      include: ["svg_path", "coco_rle"],
      stream: true,
    });
  });

  it("keep text that is not a number as typed, so that the API reports what it expects", () => {
    expect(optionsOf({ ...state, values: { beams: "many" } })).toEqual({ beams: "many" });
  });

  it("keep separate values for each kind of input", () => {
    const values = { "text.text": "a cat", "labels.labels": "cat\n\n dog " };
    expect(optionsOf({ ...state, task: "caption", values })).toEqual({});
    expect(optionsOf({ ...state, task: "caption-to-phrase-grounding", values })).toEqual({ text: "a cat" });
    expect(optionsOf({ ...state, task: "open-vocabulary-detection", values })).toEqual({ labels: ["cat", "dog"] });
    expect(valueKey({ name: "beams", isCommon: true }, { input: "text" })).toBe("beams");
  });

  it("have a region in pixels, or normalized if the image's size is unknown", () => {
    const regionState = { ...state, task: "region-to-ocr", region: { x1: 0.1, y1: 0.2, x2: 0.5, y2: 1 } };
    expect(optionsOf(regionState)).toEqual({ region: { x1: 20, y1: 20, x2: 100, y2: 100 } });
    expect(optionsOf({ ...regionState, image: { ...image, size: undefined } })).toEqual({
      normalized_region: regionState.region,
    });
  });
});
