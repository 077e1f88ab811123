import * as z from "zod";
import type { BoxFormat } from "./form-options.ts";
import { Box, CentredBox, Polygons, Quad, SizedBox } from "./geometry.ts";

const size = z.int().positive();

/** Size of the image as sent, in pixels; pixel coordinates refer to it. */
export const Source = z.object({ width: size, height: size }).meta({ id: "Source" });

/** The model that generated the answer; a new revision may answer differently. */
export const Model = z
  .object({ id: z.string(), revision: z.string(), dtype: z.string() })
  .meta({ id: "Model", description: "The model that answered." });

/** Numbers of prompt tokens and generated tokens. */
export const Usage = z
  .object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() })
  .meta({ id: "Usage" });

/** Why generation stopped. */
export const FinishReason = z.enum(["stop", "length"]).meta({
  description:
    "`length`: the answer reached its token limit; the rest is missing, and the last polygon may be incomplete.",
});

/** Fields of every answer. */
export const common = {
  task: z.string().meta({ description: "The task's name, as in the path." }),
  source: Source,
  model: Model,
  finish_reason: FinishReason,
  usage: Usage,
};

/** A mask in COCO's compressed run-length encoding, as in pycocotools. */
export const CocoRle = z
  .object({
    size: z.tuple([size, size]).meta({ description: "Height and width of the image in pixels." }),
    counts: z.string().meta({ description: "Run lengths, column by column, in COCO's compressed text." }),
  })
  .meta({ id: "CocoRle" });

/** Returns the schemas of the objects of each answer type, for one box format. */
function objectsWith<Shape extends z.ZodType>(shape: Shape, suffix: string) {
  const scored = {
    label: z.string().meta({ description: "Empty if the task returns no labels." }),
    score: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "The model's confidence in this object's location; see `score_type`." }),
    box: shape,
    normalized_box: shape,
    svg_path: z
      .string()
      .optional()
      .meta({ description: "The outline in pixels; present if `include` contains `svg_path`." }),
    coco_rle: CocoRle.optional().meta({ description: "The outline's mask; present if `include` contains `coco_rle`." }),
  };
  return {
    boxes: z.object(scored).meta({ id: `BoxObject${suffix}` }),
    quads: z.object({ ...scored, quad: Quad, normalized_quad: Quad }).meta({ id: `QuadObject${suffix}` }),
    polygons: z
      .object({ ...scored, polygons: Polygons, normalized_polygons: Polygons })
      .meta({ id: `PolygonObject${suffix}` }),
  };
}

/** Returns the schemas of answers with objects, for one box format: labelled boxes, texts with four corners, outlines. */
function answersWith<Format extends BoxFormat, Shape extends z.ZodType>(format: Format, shape: Shape, suffix: string) {
  const objects = objectsWith(shape, suffix);
  const located = {
    ...common,
    score_type: z.string().meta({ description: "The name of the formula of `score`." }),
    box_format: z.literal(format).meta({ description: "Which keys a box has." }),
  };
  return {
    boxes: z
      .object({ type: z.literal("boxes"), ...located, objects: z.array(objects.boxes) })
      .meta({ id: `BoxesAnswer${suffix}` }),
    quads: z
      .object({ type: z.literal("quads"), ...located, objects: z.array(objects.quads) })
      .meta({ id: `QuadsAnswer${suffix}` }),
    polygons: z
      .object({ type: z.literal("polygons"), ...located, objects: z.array(objects.polygons) })
      .meta({ id: `PolygonsAnswer${suffix}` }),
  };
}

const xyxy = answersWith("xyxy", Box, "");
const xywh = answersWith("xywh", SizedBox, "Xywh");
const cxcywh = answersWith("cxcywh", CentredBox, "Cxcywh");

/** A sentence, a name or recognized text. */
const TextAnswer = z
  .object({
    type: z.literal("text"),
    ...common,
    score_type: z
      .string()
      .optional()
      .meta({ description: "The name of the formula of `score`; present if `include` contains `score`." }),
    score: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: "The model's confidence in the text; present if `include` contains `score`." }),
    text: z.string(),
  })
  .meta({ id: "TextAnswer" });

/** Every answer with default options. `type` determines the keys; a key is never missing and never changes its type. */
export const Answer = z
  .discriminatedUnion("type", [TextAnswer, xyxy.boxes, xyxy.quads, xyxy.polygons])
  .meta({ id: "Answer" });
export type Answer = z.infer<typeof Answer>;

/** An answer with objects. */
export type LocatedAnswer = Exclude<Answer, { type: "text" }>;

/** The answer schemas by `type`, for operations that return only some of them; `box_format` discriminates the box formats. */
export const answersByType = {
  text: TextAnswer,
  boxes: z.discriminatedUnion("box_format", [xyxy.boxes, xywh.boxes, cxcywh.boxes]),
  quads: z.discriminatedUnion("box_format", [xyxy.quads, xywh.quads, cxcywh.quads]),
  polygons: z.discriminatedUnion("box_format", [xyxy.polygons, xywh.polygons, cxcywh.polygons]),
} as const;
export type AnswerType = keyof typeof answersByType;

/** All answer types. */
export const answerTypes = z.keyof(z.object(answersByType)).options;

/** An answer with its boxes in any format. */
export const FormattedAnswer = z.discriminatedUnion("type", [
  answersByType.text,
  answersByType.boxes,
  answersByType.quads,
  answersByType.polygons,
]);
export type FormattedAnswer = z.infer<typeof FormattedAnswer>;

const located = [xyxy, xywh, cxcywh] as const;

/** One object of an answer, of any type and box format. Schemas with more keys come first: a parser takes the first that matches. */
export const AnswerObject = z.union([
  ...located.map(({ quads }) => quads.shape.objects.element),
  ...located.map(({ polygons }) => polygons.shape.objects.element),
  ...located.map(({ boxes }) => boxes.shape.objects.element),
]);
export type AnswerObject = Exclude<FormattedAnswer, { type: "text" }>["objects"][number];
