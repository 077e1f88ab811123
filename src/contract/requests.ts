import * as z from "zod";
import { checkForm, formOptions, type FormOptions, formSchema, Inclusion } from "./form-options.ts";
import { type Box, Region } from "./geometry.ts";
import { MAX_NEW_TOKENS, MAX_URL_CHARACTERS } from "./request-limits.ts";
import { UploadHandle } from "./uploads.ts";

/** Maximum length of `text`, in characters: no model here reads more than 1024 tokens, and a token is seldom longer than 8 characters. */
export const MAX_TEXT_CHARACTERS = 8192;

/** Maximum number of `labels` in one request; a caller with more sends several requests. */
export const MAX_LABELS = 64;

/** Maximum number of beams: as many as fit into an isolate's memory, with a short prompt and an answer of 256 tokens. Papers seldom use more. */
export const MAX_BEAMS = 5;

const urlStart = /^\s*(https?:)?\/\//iu;

/** Whether an image given as a string is a URL; otherwise it is base64 or a data URI. */
export function isUrl(image: string): boolean {
  return urlStart.test(image);
}

const encoded = z
  .string()
  .min(1)
  .refine((value) => !isUrl(value), "This is a URL; send it as `url`, or send the image's bytes.");
const url = z.string().min(1).max(MAX_URL_CHARACTERS).meta({ example: "https://example.com/picture.jpg" });
const anyImage = z
  .string()
  .min(1)
  .refine(
    (value) => !isUrl(value) || value.length <= MAX_URL_CHARACTERS,
    `A URL may have at most ${MAX_URL_CHARACTERS} characters.`,
  );

/** The image in a JSON body: an https URL, bare base64, a data URI or the handle of an upload, as a string or as the field of an object. */
export const JsonImage = z
  .union(
    [anyImage, z.strictObject({ base64: encoded }), z.strictObject({ url }), z.strictObject({ upload: UploadHandle })],
    {
      error: ({ input }) =>
        input === undefined ? "Send an image." : "Send an https URL, base64 or a data URI, as a string.",
    },
  )
  .meta({
    id: "JsonImage",
    description:
      "A JPEG, PNG, WebP or GIF file: its https URL, or base64, plain or as a data URI, or the handle of an upload (`upload_…`).",
  });
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
    description: "Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration.",
  }),
  ...formOptions,
};

/** A box in the model's location tokens. Only the model's own spelling is accepted, and leading zeros: `<loc_052>` is `<loc_52>`. */
const LocationTokens = z
  .string()
  .trim()
  .regex(
    /^(<loc_0*[0-9]{1,3}>){4}$/,
    "Send four numbers, or four location tokens, spelled <loc_0> to <loc_999>: <loc_x1><loc_y1><loc_x2><loc_y2>.",
  )
  .meta({
    id: "LocationTokens",
    description: "Four of the model's location tokens, 0 to 999 each: x1, y1, x2, y2 in thousandths of the image.",
    example: "<loc_266><loc_2><loc_562><loc_354>",
  });

/** Requires exactly one of two fields, both in the check and in the JSON Schema. */
function eitherOf(one: string, other: string) {
  return {
    check: (value: Readonly<Record<string, unknown>>) => (value[one] === undefined) !== (value[other] === undefined),
    error: { path: [one], message: `Send either \`${one}\` or \`${other}\`.` },
    schema: { oneOf: [{ required: [one] }, { required: [other] }] },
  };
}
const textOrLabels = eitherOf("text", "labels");
const oneRegion = eitherOf("region", "normalized_region");

const labels = z.array(text, "Send a list of texts.").min(1).max(MAX_LABELS);

/**
 * The options of a task by its input kind. A field that the task does not take is refused, not ignored: if `text` were
 * ignored, the answer would not match the request.
 */
export const optionsByInput = {
  none: z.strictObject(common).superRefine(checkForm),
  text: z.strictObject({ text, ...common }).superRefine(checkForm),
  labels: z
    .strictObject({ text: text.optional(), labels: labels.optional(), ...common })
    .refine(textOrLabels.check, textOrLabels.error)
    .superRefine(checkForm),
  region: z
    .strictObject({ region: Region.or(LocationTokens).optional(), normalized_region: Region.optional(), ...common })
    .refine(oneRegion.check, oneRegion.error)
    .superRefine(checkForm),
} as const;

/** The input that a task takes besides the image. */
export const InputKind = z.keyof(z.object(optionsByInput));
export type InputKind = z.infer<typeof InputKind>;

/** The JSON body of a task: its options and the image. */
export const bodiesByInput = {
  none: optionsByInput.none.safeExtend({ image: JsonImage }).meta({ id: "ImageRequest", ...formSchema }),
  text: optionsByInput.text.safeExtend({ image: JsonImage }).meta({ id: "TextRequest", ...formSchema }),
  labels: optionsByInput.labels
    .safeExtend({ image: JsonImage })
    .meta({ id: "LabelsRequest", ...textOrLabels.schema, ...formSchema }),
  region: optionsByInput.region
    .safeExtend({ image: JsonImage })
    .meta({ id: "RegionRequest", ...oneRegion.schema, ...formSchema }),
} as const satisfies Record<InputKind, z.ZodType>;

/** A box in the syntax of the query; parsed by `http/query.ts`. */
const QueryRegion = z
  .string()
  // No flag: the OpenAPI generator would write it into the pattern.
  .regex(/^-?[\d.]+(,-?[\d.]+){3}$/)
  .meta({ id: "QueryRegion", description: "x1,y1,x2,y2, as in 170,0,360,170" });

/** A list of outline formats in the syntax of the query. */
const QueryInclude = z
  .string()
  .regex(new RegExp(`^(${Inclusion.options.join("|")})(,(${Inclusion.options.join("|")}))*$`))
  .meta({ id: "QueryInclude", description: "Names separated by commas, as in svg_path,coco_rle" });

/** The labels in a query; parsed by `http/query.ts`. Declared as repeated, which is also the syntax that client generators write. */
const QueryLabels = labels.meta({
  description:
    "Repeated (`labels=snail&labels=truck`), or once: separated by commas, or as a JSON list. A label that contains a comma is whole if it is repeated, in a JSON list or in double quotes.",
});

/** Schemas of options with another syntax in the query than in JSON. */
const querySchemas: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["region", QueryRegion.or(LocationTokens)],
  ["normalized_region", QueryRegion],
  ["include", QueryInclude],
  ["labels", QueryLabels],
]);

/** Returns the options of a task as query parameters: the same names, all optional in the OpenAPI document. */
export function queryParameters(input: InputKind): z.ZodObject {
  const fields = Object.entries<z.ZodType>(optionsByInput[input].shape).map(([name, schema]) => {
    return [name, (querySchemas.get(name) ?? schema).optional()] as const;
  });
  return z.object(Object.fromEntries(fields));
}

/** Options of any task after validation: the task's input kind determines which fields are present. */
export interface TaskOptions extends FormOptions {
  readonly max_new_tokens?: number | undefined;
  readonly beams?: number | undefined;
  readonly text?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly region?: Box | string | undefined;
  readonly normalized_region?: Box | undefined;
}
