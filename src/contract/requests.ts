import * as z from "zod";
import { type Box, Region } from "./geometry.ts";

/** Longest `text` in characters: no model here reads more than 1024 tokens, and a token is seldom longer than 8 characters. */
export const MAX_TEXT_CHARACTERS = 8192;

/** Most `labels` in one request; a caller with more asks twice. */
export const MAX_LABELS = 64;

/** Florence-2's decoder has 1024 positions, so no answer is longer (`max_position_embeddings`). */
export const MAX_NEW_TOKENS = 1024;

/** Most beams: of a short prompt and an answer of 256 tokens, what an isolate's memory holds. Papers seldom use more. */
export const MAX_BEAMS = 5;

const address = /^\s*(https?:)?\/\//iu;
const encoded = z
  .string()
  .min(1)
  .refine((value) => !address.test(value), "This is an address; send the image's bytes, as base64 or as the body.");

/** The image inside a JSON body: bare base64 or a data URI, as a string or under `base64`. */
export const JsonImage = z
  .union([encoded, z.strictObject({ base64: encoded })], {
    error: ({ input }) => (input === undefined ? "Send an image." : "Send base64 or a data URI, as a string."),
  })
  .meta({ id: "JsonImage", description: "Base64, bare or as a data URI, of a JPEG or PNG file." });
export type JsonImage = z.infer<typeof JsonImage>;

const text = z.string("Send a text.").trim().min(1, "Send a text.").max(MAX_TEXT_CHARACTERS);
const common = {
  max_new_tokens: z
    .int(`Send a whole number from 1 to ${MAX_NEW_TOKENS}.`)
    .min(1)
    .max(MAX_NEW_TOKENS)
    .optional()
    .meta({ description: "Upper bound on generated tokens; by default what the model's configuration says." }),
  beams: z.int(`Send a whole number from 1 to ${MAX_BEAMS}.`).min(1).max(MAX_BEAMS).optional().meta({
    description:
      "Sequences followed side by side, for a likelier answer; by default what the model's configuration says. 1 is greedy search.",
  }),
};

/** A box as the model writes it. */
const LocationTokens = z
  .string()
  .regex(/^(<loc_[0-9]{1,3}>){4}$/, "Send four location tokens: <loc_x1><loc_y1><loc_x2><loc_y2>.")
  .meta({
    id: "LocationTokens",
    description: "Four of the model's location tokens, 0 to 999 each: x1, y1, x2, y2 in thousandths of the image.",
    example: "<loc_266><loc_2><loc_562><loc_354>",
  });

/** Exactly one of two fields: checked here, and said in the JSON Schema. */
function eitherOf(one: string, other: string) {
  return {
    check: (value: Readonly<Record<string, unknown>>) => (value[one] === undefined) !== (value[other] === undefined),
    error: { path: [one], message: `Send either \`${one}\` or \`${other}\`.` },
    schema: { oneOf: [{ required: [one] }, { required: [other] }] },
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
    .strictObject({ region: Region.or(LocationTokens).optional(), normalized_region: Region.optional(), ...common })
    .refine(oneRegion.check, oneRegion.error),
} as const;

/** What a task takes beside the image, as a schema. */
export const InputKind = z.keyof(z.object(optionsByInput));
export type InputKind = z.infer<typeof InputKind>;

/** The JSON body of a task: its options and the image. */
export const bodiesByInput = {
  none: optionsByInput.none.safeExtend({ image: JsonImage }).meta({ id: "ImageRequest" }),
  text: optionsByInput.text.safeExtend({ image: JsonImage }).meta({ id: "TextRequest" }),
  labels: optionsByInput.labels.safeExtend({ image: JsonImage }).meta({ id: "LabelsRequest", ...textOrLabels.schema }),
  region: optionsByInput.region.safeExtend({ image: JsonImage }).meta({ id: "RegionRequest", ...oneRegion.schema }),
} as const satisfies Record<InputKind, z.ZodType>;

/** A box as the query spells it; `http/query.ts` reads it. */
const QueryRegion = z
  .string()
  // No flag: the printer would write it into the pattern.
  .regex(/^-?[\d.]+(,-?[\d.]+){3}$/)
  .meta({ id: "QueryRegion", description: "x1,y1,x2,y2", example: "170,0,360,170" });

/** Options that the query spells otherwise than JSON. */
const queryForms: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["region", QueryRegion.or(LocationTokens)],
  ["normalized_region", QueryRegion],
]);

/** The options of a task as parameters of the query: the same names, every one optional to a reader of the document. */
export function queryParameters(input: InputKind): z.ZodObject {
  const fields = Object.entries<z.ZodType>(optionsByInput[input].shape).map(([name, schema]) => {
    return [name, (queryForms.get(name) ?? schema).optional()] as const;
  });
  return z.object(Object.fromEntries(fields));
}

/** Options of any task after validation: which fields are there follows from the task's input kind. */
export interface TaskOptions {
  readonly max_new_tokens?: number | undefined;
  readonly beams?: number | undefined;
  readonly text?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly region?: Box | string | undefined;
  readonly normalized_region?: Box | undefined;
}
