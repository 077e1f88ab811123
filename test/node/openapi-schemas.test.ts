import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { fakeAnswer } from "../support/fake-service.ts";

const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
const document = openApiDocument(rows, "1.0.0");
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: "https://api.test/openapi.json", ...document });

/** Whether a value fits a named schema of the printed document. */
function fits(name: string, value: unknown): boolean {
  return ajv.validate(`https://api.test/openapi.json#/components/schemas/${name}`, value);
}

const image = "QUJD";
const region = { x1: 0, y1: 0, x2: 1, y2: 1 };
const corner = { x: 0, y: 0 };
const quad = [corner, corner, corner, corner];
const object = { label: "STOP", score: 0.5, box: region, normalized_box: region };

describe("the printed schemas", () => {
  it.each([
    ["ImageRequest", { image }],
    ["ImageRequest", { image: { base64: image }, max_new_tokens: 1 }],
    ["TextRequest", { image, text: "a cat" }],
    ["LabelsRequest", { image, text: "cat" }],
    ["LabelsRequest", { image, labels: ["cat", "dog"] }],
    ["RegionRequest", { image, region }],
    ["RegionRequest", { image, normalized_region: region }],
    ["RegionRequest", { image, region: "<loc_1><loc_2><loc_3><loc_999>" }],
    ["TextAnswer", fakeAnswer],
    ["QuadObject", { ...object, quad, normalized_quad: quad }],
    ["QueryRegion", "170,0.5,360,170"],
  ])("take what the server takes or gives: %s %j", (name, value) => {
    expect(fits(name, value)).toBe(true);
  });

  it.each([
    ["ImageRequest", {}],
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
  ])("refuse what the server refuses or never gives: %s %j", (name, value) => {
    expect(fits(name, value)).toBe(false);
  });
});
