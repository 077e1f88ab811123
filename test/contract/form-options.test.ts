import { describe, expect, it } from "vitest";
import { MAX_OBJECTS } from "../../src/contract/form-options.ts";
import { bodiesByInput, type InputKind, optionsByInput } from "../../src/contract/requests.ts";

function pathsOf(options: object, input: InputKind = "none"): readonly string[] {
  const result = optionsByInput[input].safeParse(options);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join("."));
}

const inputs = {
  text: { text: "a" },
  labels: { labels: ["a"] },
  region: { region: "<loc_1><loc_1><loc_2><loc_2>" },
  none: {},
};

describe("the form options", () => {
  it.each([
    { min_score: 0, max_objects: 1 },
    { min_score: 1, max_objects: MAX_OBJECTS },
    { box_format: "cxcywh", include: ["svg_path", "coco_rle"] },
    { format: "json" },
    { format: "flat", min_score: 0.5, box_format: "xywh", include: ["svg_path"] },
    { format: "raw" },
    { compat: "reference" },
    { overlay: "svg", overlay_image: false, max_objects: 3 },
    { stream: true, format: "json", min_score: 0.5, max_objects: 3, box_format: "xywh", include: ["svg_path"] },
    { overlay: "png", overlay_image: true, min_score: 0.5 },
    { stream: false, overlay: "svg" },
    { stream: false, format: "flat" },
  ])("are accepted by every task: %j", (options) => {
    expect(pathsOf(options, "none")).toEqual([]);
    expect(pathsOf({ ...inputs.text, ...options }, "text")).toEqual([]);
    expect(pathsOf({ ...inputs.labels, ...options }, "labels")).toEqual([]);
    expect(pathsOf({ ...inputs.region, ...options }, "region")).toEqual([]);
  });

  it.each([
    ["min_score", { min_score: -0.1 }],
    ["min_score", { min_score: 1.1 }],
    ["min_score", { min_score: "high" }],
    ["max_objects", { max_objects: 0 }],
    ["max_objects", { max_objects: MAX_OBJECTS + 1 }],
    ["max_objects", { max_objects: 1.5 }],
    ["box_format", { box_format: "yxyx" }],
    ["include", { include: [] }],
    ["include", { include: "svg_path" }],
    ["include.0", { include: ["mask"] }],
    ["format", { format: "xml" }],
    ["compat", { compat: "huggingface" }],
    ["overlay", { overlay: "jpeg" }],
    ["overlay_image", { overlay: "svg", overlay_image: "no" }],
    ["stream", { stream: "yes" }],
  ])("are refused by path when invalid: %s %j", (path, options) => {
    expect(pathsOf(options)).toEqual([path]);
  });

  it.each([
    ["format", { compat: "reference", format: "flat" }],
    ["overlay", { compat: "reference", overlay: "svg" }],
    ["min_score", { compat: "reference", min_score: 0.5 }],
    ["max_objects", { compat: "reference", max_objects: 1 }],
    ["box_format", { compat: "reference", box_format: "xyxy" }],
    ["include", { compat: "reference", include: ["svg_path"] }],
    ["format", { overlay: "svg", format: "json" }],
    ["box_format", { overlay: "svg", box_format: "xywh" }],
    ["include", { overlay: "svg", include: ["svg_path"] }],
    ["format", { overlay: "png", format: "flat" }],
    ["box_format", { overlay: "png", box_format: "xywh" }],
    ["include", { overlay: "png", include: ["svg_path"] }],
    ["min_score", { format: "raw", min_score: 0.5 }],
    ["max_objects", { format: "raw", max_objects: 1 }],
    ["box_format", { format: "raw", box_format: "xywh" }],
    ["include", { format: "raw", include: ["coco_rle"] }],
    ["overlay_image", { overlay_image: true }],
    ["format", { stream: true, format: "flat" }],
    ["format", { stream: true, format: "raw" }],
    ["compat", { stream: true, compat: "reference" }],
    ["overlay", { stream: true, overlay: "svg" }],
    ["overlay", { stream: true, overlay: "png" }],
    ["overlay", { compat: "reference", overlay: "png" }],
  ])("are refused, not ignored, when they exclude each other: %s %j", (path, options) => {
    expect(pathsOf(options)).toEqual([path]);
    const body = bodiesByInput.region.safeParse({ image: "QUJD", ...inputs.region, ...options });
    expect(body.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it("accept one label with compat=reference, and refuse several", () => {
    expect(pathsOf({ compat: "reference", labels: ["cat"] }, "labels")).toEqual([]);
    expect(pathsOf({ compat: "reference", text: "cat" }, "labels")).toEqual([]);
    expect(pathsOf({ compat: "reference", labels: ["cat", "dog"] }, "labels")).toEqual(["labels"]);
  });
});
