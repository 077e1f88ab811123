import * as z from "zod";
import { laterOptions } from "./later-options.ts";

/** Upper limit of `max_objects`. An answer of 1024 tokens contains about two hundred boxes; each of several `labels` has a separate answer. */
export const MAX_OBJECTS = 1000;

/** The format of a box: two corners, a corner and the size, or the centre and the size. */
export const BoxFormat = z.enum(["xyxy", "xywh", "cxcywh"], "Send xyxy, xywh or cxcywh.").meta({
  id: "BoxFormat",
  description: "`xyxy`: x1, y1, x2, y2. `xywh`: x, y, width, height. `cxcywh`: cx, cy, width, height.",
});
export type BoxFormat = z.infer<typeof BoxFormat>;

/** What an answer contains only if it is asked for: each object's outline in two formats, and the score of a text. */
export const Inclusion = z.enum(["svg_path", "coco_rle", "score"], "Send svg_path, coco_rle or score.");
export type Inclusion = z.infer<typeof Inclusion>;

const objects = {
  min_score: z
    .number("Send a number from 0 to 1.")
    .min(0)
    .max(1)
    .optional()
    .meta({ description: "Leaves out objects with a lower `score`." }),
  max_objects: z.int(`Send a whole number from 1 to ${MAX_OBJECTS}.`).min(1).max(MAX_OBJECTS).optional().meta({
    description: "Keeps this many objects, those with the highest scores, in the model's order.",
  }),
  box_format: BoxFormat.optional(),
  include: z
    .array(Inclusion, "Send a list of svg_path, coco_rle and score.")
    .min(1)
    .optional()
    .meta({ description: "Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text." }),
};

/** The options of every task that determine how the answer is formatted. None of them changes the request to the model. */
export const formOptions = {
  ...objects,
  format: z.enum(["json", "flat", "raw"], "Send json, flat or raw.").optional().meta({
    description: "`flat`: one level, for no-code tools. `raw`: the generated text, with its tokens.",
  }),
  compat: z.enum(["reference"], "Send reference.").optional().meta({
    description: "`reference`: exactly what Hugging Face's `post_process_generation` returns.",
  }),
  overlay: z.enum(["svg", "png"], "Send svg or png.").optional().meta({
    description: "The answer drawn over the image. `png` only where the server has the memory for it.",
  }),
  overlay_image: z
    .boolean("Send true or false.")
    .optional()
    .meta({ description: "Whether the drawing contains the image; true by default." }),
  stream: z
    .boolean("Send true or false.")
    .optional()
    .meta({ description: "Whether the answer is sent while it is generated, as server-sent events." }),
  ...laterOptions,
};

const FormOptions = z.object(formOptions);
export type FormOptions = Readonly<z.infer<typeof FormOptions>>;

type Option = keyof FormOptions;

/** Matches a request with the option: with any value, or only with `value`. */
interface OptionMatch {
  readonly option: Option;
  readonly value?: string | boolean;
}

function anyOf(...options: readonly Option[]): readonly OptionMatch[] {
  return options.map((option) => ({ option }));
}

/** Options that determine the form, each with the options that would then have no effect. Both together are refused, not ignored. */
const conflicts: readonly { readonly given: OptionMatch; readonly others: readonly OptionMatch[] }[] = [
  {
    given: { option: "compat" },
    others: anyOf("format", "overlay", "min_score", "max_objects", "box_format", "include"),
  },
  { given: { option: "overlay" }, others: anyOf("format", "box_format", "include") },
  { given: { option: "format", value: "raw" }, others: anyOf("min_score", "max_objects", "box_format", "include") },
  {
    // Only an answer of texts and objects can be streamed in parts.
    given: { option: "stream", value: true },
    others: [...anyOf("compat", "overlay"), { option: "format", value: "flat" }, { option: "format", value: "raw" }],
  },
  {
    // What is answered later is one JSON body.
    given: { option: "async", value: true },
    others: [...anyOf("overlay"), { option: "stream", value: true }],
  },
];

/** An option that excludes another option of the request. */
interface Conflict {
  readonly path: string;
  readonly message: string;
}

function conflictOf(options: FormOptions & { readonly labels?: readonly string[] | undefined }): Conflict | undefined {
  const matches = ({ option, value }: OptionMatch): boolean =>
    options[option] !== undefined && (value === undefined || options[option] === value);
  for (const { given, others } of conflicts) {
    const other = matches(given) ? others.find(matches) : undefined;
    if (other === undefined) continue;
    const { option } = given;
    return {
      path: other.option,
      message: `Send either \`${option}=${String(options[option])}\` or \`${other.option}\`.`,
    };
  }
  if (options.overlay_image !== undefined && options.overlay === undefined) {
    return { path: "overlay_image", message: "Send it with `overlay`." };
  }
  if (options.compat !== undefined && (options.labels?.length ?? 0) > 1) {
    return { path: "labels", message: "Send one label: the reference format supports only one prompt." };
  }
  return undefined;
}

/** Adds an issue if options exclude each other. For `superRefine`. */
export function checkForm(
  options: FormOptions & { readonly labels?: readonly string[] | undefined },
  { addIssue }: Pick<z.RefinementCtx, "addIssue">,
): void {
  const conflict = conflictOf(options);
  if (conflict !== undefined) addIssue({ code: "custom", path: [conflict.path], message: conflict.message });
}

/** Returns the JSON Schema of a request with all of these options. */
function allPresent(all: readonly OptionMatch[]) {
  const fixed = all.flatMap(({ option, value }) => (value === undefined ? [] : [[option, { const: value }] as const]));
  const properties = fixed.length === 0 ? {} : { properties: Object.fromEntries(fixed) };
  return { required: all.map(({ option }) => option), ...properties };
}

/** The rules of `checkForm` as JSON Schema. */
export const formSchema = {
  not: {
    anyOf: [
      ...conflicts.flatMap(({ given, others }) => others.map((other) => allPresent([given, other]))),
      { required: ["compat", "labels"], properties: { labels: { minItems: 2 } } },
    ],
  },
  dependentRequired: { overlay_image: ["overlay"] },
};
