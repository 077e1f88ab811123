import * as z from "zod";
import { MAX_LABELS } from "../contract/requests.ts";
import { ImageArgument, MAX_TOOL_OBJECTS, RegionArgument, regionOf, STANDARD_OBJECTS } from "./arguments.ts";
import { leanShapes } from "./lean.ts";
import { askObjects } from "./one-task.ts";
import { createTool } from "./tool.ts";

const ways = {
  objects: "object-detection",
  described: "dense-region-caption",
  unnamed: "region-proposal",
} as const;

const isAlone = (...given: readonly unknown[]): boolean => given.filter((each) => each !== undefined).length <= 1;

/** Where things are. */
export const findObjects = createTool({
  name: "find_objects",
  title: "Find objects in an image",
  description:
    "Find where things are in a picture: boxes in pixels, with labels and scores. Send `names` to look for certain things, or `phrases_of` to find what each phrase of a sentence refers to, or `how`: objects (default: every object with its category), described (each with a description), unnamed (boxes only).",
  input: z
    .strictObject({
      image: ImageArgument,
      names: z.array(z.string()).min(1).max(MAX_LABELS).optional(),
      phrases_of: z.string().optional(),
      how: z.enum(["objects", "described", "unnamed"]).optional(),
      min_score: z.number().min(0).max(1).optional(),
      max_objects: z.int().min(1).max(MAX_TOOL_OBJECTS).optional().describe(`${STANDARD_OBJECTS} by default`),
    })
    .refine(({ names, phrases_of: phrases, how }) => isAlone(names, phrases, how), {
      path: ["how"],
      message: "Send only one of `names`, `phrases_of` and `how`.",
    }),
  output: z.object(leanShapes.objects),
  ask: ({ image, names, phrases_of: phrases, how = "objects", ...form }) => {
    if (names !== undefined) return askObjects(image, "open-vocabulary-detection", { labels: names }, form);
    if (phrases !== undefined) return askObjects(image, "caption-to-phrase-grounding", { text: phrases }, form);
    return askObjects(image, ways[how], {}, form);
  },
});

/** The outline of one thing. */
export const outlineObject = createTool({
  name: "outline_object",
  title: "Outline an object in an image",
  description:
    "Outline one thing in a picture as an SVG path in pixels: what `text` refers to (like: the red car), or what is inside `region`. Send one of them.",
  input: z
    .strictObject({ image: ImageArgument, text: z.string().optional(), region: RegionArgument.optional() })
    .refine(({ text, region }) => (text === undefined) !== (region === undefined), {
      path: ["text"],
      message: "Send either `text` or `region`.",
    }),
  output: z.object(leanShapes.objects),
  ask: ({ image, text, region }) =>
    region === undefined
      ? askObjects(image, "referring-expression-segmentation", { text }, { hasOutlines: true })
      : askObjects(image, "region-to-segmentation", { region: regionOf(region) }, { hasOutlines: true }),
});
