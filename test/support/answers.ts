import * as fc from "fast-check";
import type { Answer } from "../../src/contract/answers.ts";

/** Fields of every answer. */
export const common = {
  task: "object-detection",
  source: { width: 400, height: 200 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 1, completion_tokens: 2 },
} as const;

/** Fields of every answer with objects. */
export const located = { ...common, score_type: "x", box_format: "xyxy" } as const;

const box = { x1: 10, y1: 50, x2: 110, y2: 150 };
const normalized_box = { x1: 0.025, y1: 0.25, x2: 0.275, y2: 0.75 };

/** A square in the image, its points in clockwise order. */
export const square = [
  { x: 10, y: 50 },
  { x: 110, y: 50 },
  { x: 110, y: 150 },
  { x: 10, y: 150 },
];

/** An object with that square as its box. */
export const object = { label: "cat", score: 0.5, box, normalized_box };

/** An answer of identical boxes with these labels. */
export function boxes(...labels: string[]): Answer {
  return { type: "boxes", ...located, objects: labels.map((label) => ({ ...object, label })) };
}

/** An answer of boxes with these scores, each labelled with its index. */
export function scoredBoxes(...scores: number[]): Answer {
  return { type: "boxes", ...located, objects: scores.map((score, at) => ({ ...object, score, label: String(at) })) };
}

/** One answer of each type, with objects if the type has them. */
export const oneOfEach: readonly Answer[] = [
  { type: "text", ...common, text: "a cat, and a dog" },
  boxes("cat", "dog"),
  { type: "quads", ...located, objects: [{ ...object, quad: square, normalized_quad: square }] },
  {
    type: "polygons",
    ...located,
    objects: [{ ...object, polygons: [square, square.slice(0, 3)], normalized_polygons: [square, square.slice(0, 3)] }],
  },
];

/** Any text that a model may generate, including control characters, lone surrogates and markup. */
export const anyLabel = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("<", "&", '"', "'", "]]>", "</text>", "\0", "\ud800", "\udc00", "\uffff", "猫", "a"),
  }),
);

const share = fc.integer({ min: 0, max: 999 }).map((bin) => (2 * bin + 1) / 2000);
const point = fc.record({ x: share, y: share });
const anyBox = fc.tuple(share, share, share, share).map(([x, otherX, y, otherY]) => ({
  x1: Math.min(x, otherX),
  y1: Math.min(y, otherY),
  x2: Math.max(x, otherX),
  y2: Math.max(y, otherY),
}));
const scored = {
  label: anyLabel,
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  box: anyBox,
  normalized_box: anyBox,
};
const quad = fc.array(point, { minLength: 4, maxLength: 4 });
const polygons = fc.array(fc.array(point, { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 3 });

/** Any answer of the contract. */
export const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ text: anyLabel }).map(({ text }) => ({ type: "text" as const, ...common, text })),
  fc.array(fc.record(scored)).map((objects) => ({ type: "boxes" as const, ...located, objects })),
  fc
    .array(fc.record({ ...scored, quad, normalized_quad: quad }))
    .map((objects) => ({ type: "quads" as const, ...located, objects })),
  fc
    .array(fc.record({ ...scored, polygons, normalized_polygons: polygons }))
    .map((objects) => ({ type: "polygons" as const, ...located, objects })),
);
