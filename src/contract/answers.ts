import * as z from "zod";
import { Box, Polygons, Quad } from "./geometry.ts";

const size = z.int().positive();

/** The image as it was sent, in pixels: what pixel coordinates refer to. */
export const Source = z.object({ width: size, height: size }).meta({ id: "Source" });

/** Which model wrote the answer; a new revision may answer differently. */
export const Model = z
  .object({ id: z.string(), revision: z.string(), dtype: z.string() })
  .meta({ id: "Model", description: "The model that answered." });

/** Tokens read and written. */
export const Usage = z
  .object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() })
  .meta({ id: "Usage" });

const scored = {
  label: z.string().meta({ description: "Empty where the task gives no names." }),
  score: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: "How sure the model was of this object's place; see `score_type`." }),
  box: Box,
  normalized_box: Box,
};

/** A named box. */
export const BoxObject = z.object(scored).meta({ id: "BoxObject" });

/** A text and its four corners. */
export const QuadObject = z.object({ ...scored, quad: Quad, normalized_quad: Quad }).meta({ id: "QuadObject" });

/** An outlined object. */
export const PolygonObject = z
  .object({ ...scored, polygons: Polygons, normalized_polygons: Polygons })
  .meta({ id: "PolygonObject" });

const common = {
  task: z.string().meta({ description: "The task's name, as in the address." }),
  source: Source,
  model: Model,
  finish_reason: z.enum(["stop", "length"]).meta({
    description:
      "`length`: the answer ran into its token limit; what came after is missing, and a last polygon may be cut short.",
  }),
  usage: Usage,
};

const located = {
  ...common,
  score_type: z.string().meta({ description: "The rule that `score` was computed by." }),
};

/** A sentence, a name or the words that were read. */
export const TextAnswer = z.object({ type: z.literal("text"), ...common, text: z.string() }).meta({ id: "TextAnswer" });

/** Upright boxes. */
export const BoxesAnswer = z
  .object({ type: z.literal("boxes"), ...located, objects: z.array(BoxObject) })
  .meta({ id: "BoxesAnswer" });

/** Texts with their corners. */
export const QuadsAnswer = z
  .object({ type: z.literal("quads"), ...located, objects: z.array(QuadObject) })
  .meta({ id: "QuadsAnswer" });

/** Outlines. */
export const PolygonsAnswer = z
  .object({ type: z.literal("polygons"), ...located, objects: z.array(PolygonObject) })
  .meta({ id: "PolygonsAnswer" });

/** Every answer: `type` says which keys there are; a key is never missing and never changes its type. */
export const Answer = z
  .discriminatedUnion("type", [TextAnswer, BoxesAnswer, QuadsAnswer, PolygonsAnswer])
  .meta({ id: "Answer" });
export type Answer = z.infer<typeof Answer>;

/** The variants by their `type`, for operations that can give only some. */
export const answersByType = {
  text: TextAnswer,
  boxes: BoxesAnswer,
  quads: QuadsAnswer,
  polygons: PolygonsAnswer,
} as const;
export type AnswerType = keyof typeof answersByType;
