import * as z from "zod";

/** Most objects that can be asked for. An answer of 1024 tokens holds some two hundred boxes; several `labels` have one each. */
export const MAX_OBJECTS = 1000;

/** How a box is written: by two corners, by a corner and its size, or by its centre and its size. */
export const BoxFormat = z.enum(["xyxy", "xywh", "cxcywh"], "Send xyxy, xywh or cxcywh.").meta({
  id: "BoxFormat",
  description: "`xyxy`: x1, y1, x2, y2. `xywh`: x, y, width, height. `cxcywh`: cx, cy, width, height.",
});
export type BoxFormat = z.infer<typeof BoxFormat>;

/** More ways to write each object's outline. */
export const Outline = z.enum(["svg_path", "coco_rle"], "Send svg_path or coco_rle.");
export type Outline = z.infer<typeof Outline>;

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
    .array(Outline, "Send a list of svg_path and coco_rle.")
    .min(1)
    .optional()
    .meta({ description: "Adds each object's outline as an SVG path or as COCO's run lengths." }),
};

/** The options of every task that say how an answer is shown. None of them changes what the model is asked. */
export const formOptions = {
  ...objects,
  format: z.enum(["json", "flat", "raw"], "Send json, flat or raw.").optional().meta({
    description: "`flat`: one level, for no-code tools. `raw`: what the model wrote, with its tokens.",
  }),
  compat: z.enum(["reference"], "Send reference.").optional().meta({
    description: "`reference`: exactly what Hugging Face's `post_process_generation` returns.",
  }),
  overlay: z.enum(["svg"], "Send svg.").optional().meta({ description: "The answer drawn over the picture." }),
  overlay_image: z
    .boolean("Send true or false.")
    .optional()
    .meta({ description: "Whether the drawing holds the picture; by default it does." }),
  stream: z
    .boolean("Send true or false.")
    .optional()
    .meta({ description: "Whether the answer is sent while it is written, as server-sent events." }),
};

const FormOptions = z.object(formOptions);
export type FormOptions = Readonly<z.infer<typeof FormOptions>>;

type Option = keyof FormOptions;

/** An option that is there: whatever its value, or with this one only. */
interface Given {
  readonly option: Option;
  readonly value?: string | boolean;
}

function anyOf(...options: readonly Option[]): readonly Given[] {
  return options.map((option) => ({ option }));
}

/** Options that decide the form, with those that would then go unheard: what cannot be done is refused, not ignored. */
const conflicts: readonly { readonly given: Given; readonly others: readonly Given[] }[] = [
  {
    given: { option: "compat" },
    others: anyOf("format", "overlay", "min_score", "max_objects", "box_format", "include"),
  },
  { given: { option: "overlay" }, others: anyOf("format", "box_format", "include") },
  { given: { option: "format", value: "raw" }, others: anyOf("min_score", "max_objects", "box_format", "include") },
  {
    // Only an answer of texts and objects can be shown piece by piece.
    given: { option: "stream", value: true },
    others: [...anyOf("compat", "overlay"), { option: "format", value: "flat" }, { option: "format", value: "raw" }],
  },
];

/** An option beside one that it does not go with. */
interface Conflict {
  readonly path: string;
  readonly message: string;
}

function conflictOf(options: FormOptions & { readonly labels?: readonly string[] | undefined }): Conflict | undefined {
  const has = ({ option, value }: Given): boolean =>
    options[option] !== undefined && (value === undefined || options[option] === value);
  for (const { given, others } of conflicts) {
    const other = has(given) ? others.find(has) : undefined;
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
    return { path: "labels", message: "Send one label: the reference reads one text at a time." };
  }
  return undefined;
}

/** Refuses options that do not go together. For `superRefine`. */
export function checkForm(
  options: FormOptions & { readonly labels?: readonly string[] | undefined },
  { addIssue }: Pick<z.RefinementCtx, "addIssue">,
): void {
  const conflict = conflictOf(options);
  if (conflict !== undefined) addIssue({ code: "custom", path: [conflict.path], message: conflict.message });
}

/** That all of these are there, as JSON Schema. */
function bothGiven(all: readonly Given[]) {
  const fixed = all.flatMap(({ option, value }) => (value === undefined ? [] : [[option, { const: value }] as const]));
  const properties = fixed.length === 0 ? {} : { properties: Object.fromEntries(fixed) };
  return { required: all.map(({ option }) => option), ...properties };
}

/** What `checkForm` refuses, as JSON Schema. */
export const formSchema = {
  not: {
    anyOf: [
      ...conflicts.flatMap(({ given, others }) => others.map((other) => bothGiven([given, other]))),
      { required: ["compat", "labels"], properties: { labels: { minItems: 2 } } },
    ],
  },
  dependentRequired: { overlay_image: ["overlay"] },
};
