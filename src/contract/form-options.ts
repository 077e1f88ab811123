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
};

const FormOptions = z.object(formOptions);
export type FormOptions = Readonly<z.infer<typeof FormOptions>>;

type Option = keyof FormOptions;

/** Options that decide the form, with those that would then go unheard: what cannot be done is refused, not ignored. */
const conflicts: readonly {
  readonly option: Option;
  readonly value?: string;
  readonly others: readonly Option[];
}[] = [
  { option: "compat", others: ["format", "overlay", "min_score", "max_objects", "box_format", "include"] },
  { option: "overlay", others: ["format", "box_format", "include"] },
  { option: "format", value: "raw", others: ["min_score", "max_objects", "box_format", "include"] },
];

/** An option beside one that it does not go with. */
interface Conflict {
  readonly path: string;
  readonly message: string;
}

function conflictOf(options: FormOptions & { readonly labels?: readonly string[] | undefined }): Conflict | undefined {
  for (const { option, value = options[option], others } of conflicts) {
    const other = others.find((each) => options[each] !== undefined);
    if (options[option] === undefined || options[option] !== value || other === undefined) continue;
    return { path: other, message: `Send either \`${option}=${String(value)}\` or \`${other}\`.` };
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

/** What `checkForm` refuses, as JSON Schema. */
export const formSchema = {
  not: {
    anyOf: [
      ...conflicts.flatMap(({ option, value, others }) =>
        others.map((other) => ({
          required: [option, other],
          ...(value === undefined ? {} : { properties: { [option]: { const: value } } }),
        })),
      ),
      { required: ["compat", "labels"], properties: { labels: { minItems: 2 } } },
    ],
  },
  dependentRequired: { overlay_image: ["overlay"] },
};
