import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoxFormat } from "../../src/contract/form-options.ts";
import { drawingSchemas } from "../../src/contract/forms.ts";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { bodiesByInput } from "../../src/contract/requests.ts";
import { type TaskName, tasks } from "../../src/florence/tasks.ts";
import { withBoxFormat } from "../../src/forms/box-format.ts";
import { flat } from "../../src/forms/flat.ts";
import { withOutlines } from "../../src/forms/outline.ts";
import { oneOfEach } from "../support/answers.ts";
import { fakeAnswer } from "../support/fake-service.ts";

const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
const document = openApiDocument(rows, "1.0.0");
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: "https://api.test/openapi.json", ...document });

/** Returns whether a value matches a named schema of the document. */
function matches(name: string, value: unknown): boolean {
  return ajv.validate(`https://api.test/openapi.json#/components/schemas/${name}`, value);
}

const image = "QUJD";
const region = { x1: 0, y1: 0, x2: 1, y2: 1 };
const corner = { x: 0, y: 0 };
const quad = [corner, corner, corner, corner];
const object = { label: "STOP", score: 0.5, box: region, normalized_box: region };

describe("the schemas of the OpenAPI document", () => {
  it.each([
    ["ImageRequest", { image }],
    ["ImageRequest", { image: { base64: image }, max_new_tokens: 1 }],
    ["ImageRequest", { image: { url: "https://example.com/a.jpg" } }],
    ["ImageRequest", { image: "https://example.com/a.jpg" }],
    ["TextRequest", { image, text: "a cat" }],
    ["LabelsRequest", { image, text: "cat" }],
    ["LabelsRequest", { image, labels: ["cat", "dog"] }],
    ["RegionRequest", { image, region }],
    ["RegionRequest", { image, normalized_region: region }],
    ["RegionRequest", { image, region: "<loc_1><loc_2><loc_3><loc_999>" }],
    ["RegionRequest", { image, region: "<loc_001><loc_000><loc_0030><loc_999>" }],
    ["TextAnswer", fakeAnswer],
    ["AnalyzeResult", { task: "caption", status: "ok", answer: fakeAnswer, problem: null }],
    ["QuadObject", { ...object, quad, normalized_quad: quad }],
    ["QueryRegion", "170,0.5,360,170"],
    ["QueryInclude", "svg_path,coco_rle"],
    ["ImageRequest", { image, format: "flat", min_score: 0.5, max_objects: 1000, include: ["coco_rle"] }],
    ["ImageRequest", { image, overlay: "svg", overlay_image: false }],
    ["LabelsRequest", { image, labels: ["cat"], compat: "reference" }],
    ["ReferenceAnswer", { "<OD>": { bboxes: [[1, 2, 3, 4]], labels: ["cat"] } }],
    ["ReferenceAnswer", { "<OCR>": "STOP" }],
  ])("accept what the server accepts or returns: %s %j", (name, value) => {
    expect(matches(name, value)).toBe(true);
  });

  it.each([
    ["ImageRequest", {}],
    ["ImageRequest", { image: { base64: image, url: "https://example.com/a.jpg" } }],
    ["ImageRequest", { image: { url: "" } }],
    ["ImageRequest", { image, text: "a cat" }],
    ["ImageRequest", { image, max_new_tokens: 0 }],
    ["ImageRequest", { image, max_new_tokens: 1025 }],
    ["TextRequest", { image }],
    ["LabelsRequest", { image }],
    ["LabelsRequest", { image, text: "cat", labels: ["cat"] }],
    ["LabelsRequest", { image, labels: [] }],
    ["RegionRequest", { image }],
    ["RegionRequest", { image, region, normalized_region: region }],
    ["RegionRequest", { image, region: { ...region, label: "cat" } }],
    ["RegionRequest", { image, region: "<loc_1><loc_2><loc_3><loc_1000>" }],
    ["RegionRequest", { image, region: "<loc_1><loc_2><loc_3>" }],
    ["RegionRequest", { image, normalized_region: "<loc_1><loc_2><loc_3><loc_4>" }],
    ["TextAnswer", { ...fakeAnswer, type: "boxes" }],
    ["QuadObject", { ...object, quad: [corner], normalized_quad: quad }],
    ["QueryRegion", "170,0,360"],
    ["QueryInclude", "svg_path,mask"],
    ["ImageRequest", { image, min_score: 1.5 }],
    ["ImageRequest", { image, format: "raw", min_score: 0.5 }],
    ["ImageRequest", { image, format: "flat", overlay: "svg" }],
    ["RegionRequest", { image, region, compat: "reference", box_format: "xywh" }],
    ["TextRequest", { image, text: "cat", overlay_image: true }],
    ["LabelsRequest", { image, labels: ["cat", "dog"], compat: "reference" }],
    ["ReferenceAnswer", { "<OD>": { bboxes: [[1.5, 2, 3, 4]], labels: ["cat"] } }],
    ["ReferenceAnswer", { type: "raw" }],
  ])("reject what the server rejects or never returns: %s %j", (name, value) => {
    expect(matches(name, value)).toBe(false);
  });
});

/** Valid and invalid values of the form options. */
const anyOptions = fc.record(
  {
    min_score: fc.constantFrom(0, 0.5, 1, 1.5, "0.5"),
    max_objects: fc.constantFrom(1, 1000, 0, 1001, 2.5),
    box_format: fc.constantFrom("xyxy", "xywh", "cxcywh", "yxyx"),
    include: fc.constantFrom(["svg_path"], ["svg_path", "coco_rle"], [], ["mask"], "svg_path"),
    format: fc.constantFrom("json", "flat", "raw", "xml"),
    compat: fc.constantFrom("reference", "transformers"),
    overlay: fc.constantFrom("svg", "png", "jpeg"),
    overlay_image: fc.constantFrom(true, false, "true"),
    labels: fc.constantFrom(["cat"], ["cat", "dog"], []),
  },
  { requiredKeys: [] },
);

it("the request schema and the server agree on every combination of options", () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      const body = { image, ...options };
      expect(matches("LabelsRequest", body)).toBe(bodiesByInput.labels.safeParse(body).success);
    }),
    { numRuns: 2000 },
  );
});

/** Returns whether a value matches the document's schema of a task's 200 response. */
function isResponse(task: TaskName, value: unknown): boolean {
  const path = `/v1/${task}`.replaceAll("/", "~1");
  const pointer = `paths/${path}/post/responses/200/content/application~1json/schema`;
  return ajv.validate(`https://api.test/openapi.json#/${pointer}`, value);
}

describe("the response schema of a task", () => {
  const boxAnswers = oneOfEach.filter(({ type }) => type === "boxes");

  it("accepts an answer in every form", () => {
    for (const answer of boxAnswers) {
      for (const format of BoxFormat.options) {
        const formatted = withBoxFormat(answer, format);
        expect(isResponse("object-detection", formatted)).toBe(true);
        expect(isResponse("object-detection", flat(formatted, format))).toBe(true);
      }
      expect(isResponse("object-detection", withOutlines(answer, ["svg_path", "coco_rle"]))).toBe(true);
    }
    expect(isResponse("object-detection", { "<OD>": { bboxes: [], labels: [] } })).toBe(true);
  });

  it("rejects an answer of another type, and boxes that are not in the stated format", () => {
    const [boxes] = boxAnswers;
    expect(isResponse("caption", boxes)).toBe(false);
    expect(isResponse("object-detection", { ...boxes, box_format: "xywh" })).toBe(false);
    expect(isResponse("object-detection", { ...boxes, type: "flat" })).toBe(false);
  });

  it("describes each event of a stream, and the whole stream as text", () => {
    const schema = {
      $ref: "https://api.test/openapi.json#/paths/~1v1~1caption/post/responses/200/content/text~1event-stream/schema",
    };
    expect(ajv.validate(schema, { event: "done", data: "{}" })).toBe(true);
    expect(ajv.validate(schema, "event: done\ndata: {}\n\n")).toBe(true);
    expect(ajv.validate(schema, { event: "done" })).toBe(false);
    expect(ajv.validate(schema, { event: "done", data: {} })).toBe(false);
  });

  it("also has the media types of event streams and drawings", () => {
    const response = document.paths?.["/v1/caption"]?.post?.responses?.["200"];
    const content = response !== undefined && "content" in response ? response.content : {};
    expect(Object.keys(content ?? {})).toEqual([
      "application/json",
      "text/event-stream",
      ...Object.keys(drawingSchemas),
    ]);
  });
});
