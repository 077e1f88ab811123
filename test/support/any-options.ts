import * as fc from "fast-check";
import { rows } from "./document-check.ts";

/** Options of any name and worth. */
export type AnyOptions = Readonly<Record<string, unknown>>;

/** Nearly always one of the first. */
export function mostly<T>(right: readonly T[], wrong: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
}

const tokens = "<loc_1><loc_2><loc_300><loc_400>";
const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
const whole = { x1: 0, y1: 0, x2: 1, y2: 1 };
const wrongBoxes = [
  { x1: 9, y1: 9, x2: 1, y2: 1 },
  { x1: 0, y1: 0, x2: 1e9, y2: 1 },
  { ...box, x1: "1" },
  { x1: 0 },
  "<loc_1>",
];
const manyLabels = Array.from({ length: 65 }, String);

/** Values of options in JSON: mostly right ones, and wrong ones of every kind. */
const option: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: mostly<unknown>(["a cat", "é😀", "<loc_1>"], ["", "  ", 7, null, "\u0000"]),
  labels: mostly<unknown>([["cat"], ["cat", "dog", "cat"]], [[], "cat", [7], manyLabels]),
  region: mostly<unknown>([box, whole, tokens], wrongBoxes),
  normalized_region: mostly<unknown>([whole], [...wrongBoxes, box, tokens]),
  max_new_tokens: mostly<unknown>([1, 3], [0, 1025, 1.5, "3", null]),
  beams: mostly<unknown>([1, 2], [0, 6, "x"]),
  min_score: mostly<unknown>([0, 0.5, 1], [-1, 2]),
  max_objects: mostly<unknown>([1, 2, 1000], [0, 1001]),
  box_format: mostly<unknown>(["xyxy", "xywh", "cxcywh"], ["yxyx"]),
  include: mostly<unknown>([["svg_path"], ["svg_path", "coco_rle"], ["coco_rle"]], [[], "mask"]),
  format: mostly<unknown>(["json", "flat", "raw"], ["xml"]),
  compat: mostly<unknown>(["reference"], ["transformers"]),
  overlay: mostly<unknown>(["svg"], ["png"]),
  overlay_image: mostly<unknown>([true, false], ["no"]),
  stream: mostly<unknown>([true, true, false], ["yes"]),
};

/** Options that go with most tasks and with each other, and some that seldom do. */
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
const seldom = ["include", "overlay_image", "text", "labels", "region", "normalized_region", "unknown_option"];

/** What each kind of input needs, and then a few options more. */
const needed = { none: [], text: ["text"], labels: ["labels"], region: ["region"] } as const;

const more = fc
  .tuple(
    fc.subarray(usual, { maxLength: 2 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.subarray(seldom, { maxLength: 1 })),
  )
  .map(([often, rarely]) => [...often, ...rarely]);

function optionsFor(names: readonly string[]): fc.Arbitrary<AnyOptions> {
  return more.chain((others) => {
    const drawn = [...new Set([...names, ...others])].map((name) => [name, option[name] ?? fc.constant(1)] as const);
    return fc.record(Object.fromEntries(drawn));
  });
}

/** A task and options for it. */
export const anyOptions = fc
  .constantFrom(...rows)
  .chain(({ name, input }) => fc.record({ task: fc.constant(name), options: optionsFor(needed[input]) }));

/** Options as a query spells them. */
export function queryEntries(options: AnyOptions): readonly (readonly [string, string])[] {
  return Object.entries(options).flatMap(([name, value]): (readonly [string, string])[] => {
    if (name === "labels" && Array.isArray(value)) return value.map((each) => [name, String(each)]);
    if (Array.isArray(value)) return [[name, value.join(",")]];
    if (typeof value === "object" && value !== null) return [[name, Object.values(value).join(",")]];
    return [[name, String(value)]];
  });
}
