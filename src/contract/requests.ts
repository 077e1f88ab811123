import * as z from "zod";
import { Box } from "./geometry.ts";

/** Longest `text` in characters: no model here reads more than 1024 tokens, and a token is seldom longer than 8 characters. */
export const MAX_TEXT_CHARACTERS = 8192;

/** Most `labels` in one request; a caller with more asks twice. */
export const MAX_LABELS = 64;

/** Florence-2's decoder has 1024 positions, so no answer is longer (`max_position_embeddings`). */
export const MAX_NEW_TOKENS = 1024;

const address = /^\s*(https?:)?\/\//iu;
const encoded = z
  .string()
  .min(1)
  .refine((value) => !address.test(value), "This is an address; send the image's bytes, as base64 or as the body.");

/** The image inside a JSON body: bare base64 or a data URI, as a string or under `base64`. */
export const JsonImage = z.union([encoded, z.strictObject({ base64: encoded })]).meta({
  id: "JsonImage",
  description: "Base64, bare or as a data URI, of a JPEG or PNG file.",
});
export type JsonImage = z.infer<typeof JsonImage>;

const text = z.string().trim().min(1).max(MAX_TEXT_CHARACTERS);
const box = Box.strict().optional();
const common = {
  max_new_tokens: z.int().min(1).max(MAX_NEW_TOKENS).optional().meta({
    description: "Upper bound on generated tokens; by default what the model's configuration says.",
  }),
};

function eitherOf(one: string, other: string) {
  return {
    check: (value: Readonly<Record<string, unknown>>) => (value[one] === undefined) !== (value[other] === undefined),
    error: { path: [one], message: `Send either \`${one}\` or \`${other}\`.` },
  };
}
const textOrLabels = eitherOf("text", "labels");
const oneRegion = eitherOf("region", "normalized_region");

/**
 * The options of a task by what it takes beside the image. A field that the task does not take is refused, not ignored:
 * an ignored `text` would be an answer to another question.
 */
export const optionsByInput = {
  none: z.strictObject(common),
  text: z.strictObject({ text, ...common }),
  labels: z
    .strictObject({ text: text.optional(), labels: z.array(text).min(1).max(MAX_LABELS).optional(), ...common })
    .refine(textOrLabels.check, textOrLabels.error),
  region: z
    .strictObject({
      region: box.meta({ description: "Pixels of the source image." }),
      normalized_region: box.meta({ description: "0..1 of the source image." }),
      ...common,
    })
    .refine(oneRegion.check, oneRegion.error),
} as const;

/** What a task takes beside the image. */
export type InputKind = keyof typeof optionsByInput;

/** The JSON body of a task: its options and the image. */
export const bodiesByInput = {
  none: optionsByInput.none.safeExtend({ image: JsonImage }).meta({ id: "ImageRequest" }),
  text: optionsByInput.text.safeExtend({ image: JsonImage }).meta({ id: "TextRequest" }),
  labels: optionsByInput.labels.safeExtend({ image: JsonImage }).meta({ id: "LabelsRequest" }),
  region: optionsByInput.region.safeExtend({ image: JsonImage }).meta({ id: "RegionRequest" }),
} as const satisfies Record<InputKind, z.ZodType>;

/** Options of any task after validation: which fields are there follows from the task's input kind. */
export interface TaskOptions {
  readonly max_new_tokens?: number | undefined;
  readonly text?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly region?: Box | undefined;
  readonly normalized_region?: Box | undefined;
}
