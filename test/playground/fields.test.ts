import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { taskPath } from "../../src/contract/task-operations.ts";
import { tasks } from "../../src/florence/tasks.ts";
import type { ApiDocument, Task } from "../../src/playground/api-document.ts";
import { fieldsOf } from "../../src/playground/fields.ts";
import { optionsOf, valueKey } from "../../src/playground/options.ts";
import { initialState, type Picture, type State } from "../../src/playground/state.ts";

const rows: readonly Task[] = Object.entries(tasks).map(([name, row]) => ({ name, path: taskPath(name), ...row }));
const described: ApiDocument = JSON.parse(
  JSON.stringify(
    openApiDocument(
      Object.entries(tasks).map(([name, row]) => ({ name, ...row })),
      "1.0.0",
    ),
  ),
);
const picture: Picture = {
  name: "a.png",
  image: new Blob(["a"], { type: "image/png" }),
  shown: "blob:a",
  size: { width: 200, height: 100 },
  description: "",
  note: "",
};
const asked: State = { ...initialState, tasks: rows, document: described, picture };

function fieldsOfTask(name: string) {
  const row = rows.find((each) => each.name === name);
  return row === undefined ? [] : fieldsOf(described, row, rows);
}

function own(name: string): readonly string[] {
  return fieldsOfTask(name)
    .filter(({ isCommon }) => !isCommon)
    .map((field) => `${field.name}: ${field.kind}`);
}

describe("fields drawn from the API's document", () => {
  it("are, of each kind of task, what it alone takes", () => {
    expect(own("caption")).toEqual([]);
    expect(own("caption-to-phrase-grounding")).toEqual(["text: text"]);
    expect(own("open-vocabulary-detection")).toEqual(["text: text", "labels: lines"]);
    // A region is drawn, and no field.
    expect(own("region-to-category")).toEqual([]);
  });

  it("have the document's kinds, bounds and descriptions", () => {
    const byName = new Map(fieldsOfTask("caption").map((field) => [field.name, field]));
    expect(byName.get("beams")).toMatchObject({
      kind: "number",
      isWhole: true,
      minimum: 1,
      maximum: 5,
      isCommon: true,
    });
    expect(byName.get("min_score")).toMatchObject({ kind: "number", isWhole: false });
    expect(byName.get("include")).toMatchObject({ kind: "choices", choices: ["svg_path", "coco_rle"] });
    expect(byName.get("box_format")).toMatchObject({ kind: "choice", choices: ["xyxy", "xywh", "cxcywh"] });
    expect(byName.get("stream")?.kind).toBe("switch");
    expect(byName.has("image")).toBe(false);
  });
});

describe("options", () => {
  it("are what was filled in, in the API's types; empty fields are not sent", () => {
    const values = {
      beams: "3",
      min_score: "0.05",
      include: "svg_path,coco_rle",
      stream: "true",
      max_objects: " ",
      format: "",
    };
    expect(optionsOf({ ...asked, values })).toEqual({
      beams: 3,
      min_score: 0.05,
      include: ["svg_path", "coco_rle"],
      stream: true,
    });
  });

  it("keep what is no number as it was typed, so that the API says what it wants", () => {
    expect(optionsOf({ ...asked, values: { beams: "many" } })).toEqual({ beams: "many" });
  });

  it("of words are apart for each kind of input", () => {
    const values = { "text.text": "a cat", "labels.labels": "cat\n\n dog " };
    expect(optionsOf({ ...asked, task: "caption", values })).toEqual({});
    expect(optionsOf({ ...asked, task: "caption-to-phrase-grounding", values })).toEqual({ text: "a cat" });
    expect(optionsOf({ ...asked, task: "open-vocabulary-detection", values })).toEqual({ labels: ["cat", "dog"] });
    expect(valueKey({ name: "beams", isCommon: true }, { input: "text" })).toBe("beams");
  });

  it("of a region are pixels where the picture's size is known, and parts of it where not", () => {
    const state = { ...asked, task: "region-to-ocr", region: { x1: 0.1, y1: 0.2, x2: 0.5, y2: 1 } };
    expect(optionsOf(state)).toEqual({ region: { x1: 20, y1: 20, x2: 100, y2: 100 } });
    expect(optionsOf({ ...state, picture: { ...picture, size: undefined } })).toEqual({
      normalized_region: state.region,
    });
  });
});
