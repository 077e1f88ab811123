import * as z from "zod";
import { type AnswerType, answersByType, common, FinishReason, type FormattedAnswer, Usage } from "./answers.ts";
import type { BoxFormat } from "./form-options.ts";
import { MicroUsd } from "./micro-usd.ts";

const count = z.int().nonnegative();
const described = (description: string) => z.string().meta({ description });

/** The member of a flat answer that only deployments with accounts have. The ETag does not depend on it. */
export const FLAT_CHARGE = "charge_micro_usd";

/** The flat format: texts and numbers on one level; every field is always present, but for the charge. */
const flat = {
  type: z.literal("flat"),
  answer_type: z
    .enum(["text", "boxes", "quads", "polygons"])
    .meta({ description: "The `type` of the answer in `json`." }),
  task: common.task,
  text: z.string().meta({ description: "The answer's text; empty for answers with objects." }),
  object_count: count,
  labels: described("One record of CSV (RFC 4180): a label that holds a comma, a quote or a line break is quoted."),
  scores: described("Numbers separated by commas: of the objects; of a text, its score if `include` contains `score`."),
  boxes: described(
    "Four numbers separated by commas, in the order of `box_format`; boxes are separated by semicolons.",
  ),
  normalized_boxes: described("As `boxes`, in 0..1."),
  polygons: described(
    "x,y of each point; points are separated by spaces, rings by |, objects by ;. Empty for boxes and texts.",
  ),
  score_type: z.string(),
  first_label: z.string().meta({
    description: "Label of the first object. Without objects it is empty, and the other `first_` fields are 0.",
  }),
  first_score: z.number().meta({ description: "Score of the first object, or the only one of `scores`." }),
  source_width: common.source.shape.width,
  source_height: common.source.shape.height,
  model_id: z.string(),
  model_revision: z.string(),
  model_dtype: z.string(),
  finish_reason: FinishReason,
  prompt_tokens: count,
  completion_tokens: count,
  [FLAT_CHARGE]: MicroUsd.optional().meta({
    description:
      "What this answer was charged, in micro-US-dollars; left out in `analyze` and `batch`, since equal prompts of several items are one charge: their `Charge` header has the sum.",
  }),
  json: z.string().meta({ description: "The whole answer, as JSON in a string." }),
};
const coordinate = z.number();

/** The flat form of any answer, by box format. */
export const FlatAnswer = z.discriminatedUnion("box_format", [
  z
    .object({
      ...flat,
      box_format: z.literal("xyxy"),
      first_x1: coordinate,
      first_y1: coordinate,
      first_x2: coordinate,
      first_y2: coordinate,
    })
    .meta({ id: "FlatAnswer" }),
  z
    .object({
      ...flat,
      box_format: z.literal("xywh"),
      first_x: coordinate,
      first_y: coordinate,
      first_width: coordinate,
      first_height: coordinate,
    })
    .meta({ id: "FlatAnswerXywh" }),
  z
    .object({
      ...flat,
      box_format: z.literal("cxcywh"),
      first_cx: coordinate,
      first_cy: coordinate,
      first_width: coordinate,
      first_height: coordinate,
    })
    .meta({ id: "FlatAnswerCxcywh" }),
]);
export type FlatAnswer = z.infer<typeof FlatAnswer>;

/** The model's output for one prompt. */
const RawGeneration = z
  .object({
    prompt: z.string().meta({ description: "The complete prompt that the model received." }),
    text: z.string().meta({ description: "With location tokens and all other special tokens." }),
    token_ids: z.array(z.int()),
    token_logprobs: z.array(z.number()).meta({ description: "Natural logarithms, one for each of `token_ids`." }),
    finish_reason: FinishReason,
    usage: Usage,
  })
  .meta({ id: "RawGeneration" });

/** The model's output, not parsed: one generation for each prompt, so one for each of several `labels`. */
export const RawAnswer = z
  .object({ type: z.literal("raw"), ...common, generations: z.array(RawGeneration) })
  .meta({ id: "RawAnswer" });
export type RawAnswer = z.infer<typeof RawAnswer>;

const coordinates = z.array(z.int());
const labels = z.array(z.string());

/** The output of Hugging Face's `post_process_generation`: one key, the task's token, with the task's result. */
export const ReferenceAnswer = z
  .record(
    z.string().regex(/^<[A-Za-z_]+>$/),
    z.union([
      z.string(),
      z.strictObject({ bboxes: z.array(coordinates), labels }),
      z.strictObject({ quad_boxes: z.array(coordinates), labels }),
      z.strictObject({ polygons: z.array(z.array(coordinates)), labels }),
      z.strictObject({
        bboxes: z.array(coordinates),
        bboxes_labels: labels,
        polygons: z.array(z.array(coordinates)),
        polygons_labels: labels,
      }),
    ]),
  )
  // The OpenAPI generator omits the schema of a record's keys.
  .meta({ id: "ReferenceAnswer", propertyNames: { pattern: "^<[A-Za-z_]+>$" } });

/** The TypeScript type of `ReferenceAnswer`. Not `z.infer`, because `florence/` computes it as a readonly type. */
export type ReferenceAnswer = Readonly<Record<`<${string}>`, unknown>>;

/** An answer as JSON, in any form. */
export type JsonForm = FormattedAnswer | FlatAnswer | RawAnswer | ReferenceAnswer;

interface DrawingFile {
  readonly type: "drawing";
  /** A text that is equal only for equal files. It is short even if the file contains a large image. */
  readonly fingerprint: string;
}

/** An answer drawn as SVG. */
export interface SvgDrawing extends DrawingFile {
  readonly mediaType: "image/svg+xml";
  /** The file's parts in order, sent one by one, so that an image of ten megabytes is never held as text. */
  readonly chunks: () => Iterable<string>;
}

/** An answer drawn as PNG. */
export interface PngDrawing extends DrawingFile {
  readonly mediaType: "image/png";
  /** Draws the file. Rejects with `Problem`. */
  readonly render: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** An answer rendered as an image file. */
export type Drawing = SvgDrawing | PngDrawing;

/** Schemas of drawings by media type. */
export const drawingSchemas = {
  "image/svg+xml": { type: "string" },
  "image/png": {},
} as const satisfies Readonly<Record<Drawing["mediaType"], unknown>>;

/** The answer to a request for a task, in any form. */
export type Form = JsonForm | Drawing;

/** Whether an answer is rendered as an image file. */
export function isDrawing(form: Form): form is Drawing {
  return "type" in form && form.type === "drawing";
}

/** Whether an answer is in the flat form, which tells what it was charged. */
export function isFlat(form: JsonForm): form is FlatAnswer {
  return "type" in form && form.type === "flat";
}

/** Returns the schema of all JSON answers of a task with these answer types. */
export function jsonForms(types: readonly AnswerType[]): z.ZodType {
  const typed = types.map((type) => answersByType[type]);
  return z.union([z.discriminatedUnion("type", [FlatAnswer, RawAnswer, ...typed]), ReferenceAnswer]);
}

/** The keys of a box in each format, in output order. */
export const boxKeys = {
  xyxy: ["x1", "y1", "x2", "y2"],
  xywh: ["x", "y", "width", "height"],
  cxcywh: ["cx", "cy", "width", "height"],
} as const satisfies Record<BoxFormat, readonly string[]>;
