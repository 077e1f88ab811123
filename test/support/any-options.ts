import * as fc from "fast-check";
import { rows } from "./document-check.ts";

/** Options with any names and values. */
export type AnyOptions = Readonly<Record<string, unknown>>;

/** One of the valid values in 12 of 13 cases, else one of the invalid ones. */
export function mostly<T>(valid: readonly T[], invalid: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...valid) },
    { weight: 1, arbitrary: fc.constantFrom(...invalid) },
  );
}

const tokens = "<loc_1><loc_2><loc_300><loc_400>";
const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
const whole = { x1: 0, y1: 0, x2: 1, y2: 1 };
const invalidBoxes = [
  { x1: 9, y1: 9, x2: 1, y2: 1 },
  { x1: 0, y1: 0, x2: 1e9, y2: 1 },
  { ...box, x1: "1" },
  { x1: 0 },
  "<loc_1>",
];
const manyLabels = Array.from({ length: 65 }, String);

/** Values of options in JSON: mostly valid ones, and invalid ones of every kind. */
const option: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: mostly<unknown>(["a cat", "é😀", "<loc_1>"], ["", "  ", 7, null, "\u0000"]),
  labels: mostly<unknown>([["cat"], ["cat", "dog", "cat"]], [[], "cat", [7], manyLabels]),
  region: mostly<unknown>([box, whole, tokens], invalidBoxes),
  normalized_region: mostly<unknown>([whole], [...invalidBoxes, box, tokens]),
  max_new_tokens: mostly<unknown>([1, 3], [0, 1025, 1.5, "3", null]),
  beams: mostly<unknown>([1, 2], [0, 6, "x"]),
  min_score: mostly<unknown>([0, 0.5, 1], [-1, 2]),
  max_objects: mostly<unknown>([1, 2, 1000], [0, 1001]),
  box_format: mostly<unknown>(["xyxy", "xywh", "cxcywh"], ["yxyx"]),
  include: mostly<unknown>([["svg_path"], ["svg_path", "coco_rle"], ["coco_rle"], ["score"]], [[], "mask"]),
  format: mostly<unknown>(["json", "flat", "raw"], ["xml"]),
  compat: mostly<unknown>(["reference"], ["transformers"]),
  overlay: mostly<unknown>(["svg", "svg", "png"], ["jpeg"]),
  overlay_image: mostly<unknown>([true, false], ["no"]),
  stream: mostly<unknown>([true, true, false], ["yes"]),
  async: mostly<unknown>([true, false], ["yes", 1]),
  webhook: mostly<unknown>(["https://example.com/hook"], ["", 7, "x".repeat(5000)]),
};

/** Options that most tasks accept, also together. */
const usual = [
  "max_new_tokens",
  "beams",
  "min_score",
  "max_objects",
  "box_format",
  "format",
  "stream",
  "overlay",
  "compat",
];
/** Options that few tasks accept. */
const rare = [
  "async",
  "webhook",
  "include",
  "overlay_image",
  "text",
  "labels",
  "region",
  "normalized_region",
  "unknown_option",
];

/** The required options of each kind of input. */
const required = { none: [], text: ["text"], labels: ["labels"], region: ["region"] } as const;

const more = fc
  .tuple(
    fc.subarray(usual, { maxLength: 2 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.subarray(rare, { maxLength: 1 })),
  )
  .map(([usualNames, rareNames]) => [...usualNames, ...rareNames]);

function optionsFor(names: readonly string[]): fc.Arbitrary<AnyOptions> {
  return more.chain((others) => {
    const generators = [...new Set([...names, ...others])].map(
      (name) => [name, option[name] ?? fc.constant(1)] as const,
    );
    return fc.record(Object.fromEntries(generators));
  });
}

/** A task and options for it. */
export const anyOptions = fc
  .constantFrom(...rows)
  .chain(({ name, input }) => fc.record({ task: fc.constant(name), options: optionsFor(required[input]) }));

/** Options in the syntax of a query. */
export function queryEntries(options: AnyOptions): readonly (readonly [string, string])[] {
  return Object.entries(options).flatMap(([name, value]): (readonly [string, string])[] => {
    if (name === "labels" && Array.isArray(value)) return value.map((each) => [name, String(each)]);
    if (Array.isArray(value)) return [[name, value.join(",")]];
    if (typeof value === "object" && value !== null) return [[name, Object.values(value).join(",")]];
    return [[name, String(value)]];
  });
}
