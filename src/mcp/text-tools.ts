import * as z from "zod";
import { ImageArgument, RegionArgument, regionOf } from "./arguments.ts";
import { leanShapes } from "./lean.ts";
import { askObjects, askText } from "./one-task.ts";
import { createTool } from "./tool.ts";

const captions = {
  brief: "caption",
  sentences: "detailed-caption",
  paragraph: "more-detailed-caption",
} as const;

/** What is in the picture, in words. */
export const describeImage = createTool({
  name: "describe_image",
  title: "Describe an image",
  description: "Say in words what a picture shows. `detail`: brief (default), sentences or paragraph.",
  input: z.strictObject({
    image: ImageArgument,
    detail: z.enum(["brief", "sentences", "paragraph"]).optional(),
  }),
  output: z.object(leanShapes.text),
  ask: ({ image, detail = "brief" }) => askText(image, captions[detail]),
});

/** The words in the picture. */
export const readText = createTool({
  name: "read_text",
  title: "Read text in an image",
  description:
    "Read the text in a picture (OCR). With `with_places`, each line also has its four corners in pixels. With `region`, only that part is read.",
  input: z
    .strictObject({
      image: ImageArgument,
      with_places: z.boolean().optional(),
      region: RegionArgument.optional(),
    })
    .refine(({ with_places: places, region }) => places !== true || region === undefined, {
      path: ["region"],
      message: "Send either `with_places` or `region`.",
    }),
  output: z
    .object({ ...leanShapes.lines, width: z.int().optional(), height: z.int().optional() })
    .partial({ lines: true }),
  ask: ({ image, with_places: places, region }) => {
    if (region !== undefined) return askText(image, "region-to-ocr", { region: regionOf(region) });
    return places === true ? askObjects(image, "ocr-with-region", {}) : askText(image, "ocr");
  },
});

const regionTasks = { name: "region-to-category", description: "region-to-description" } as const;

/** What is in a part of the picture. */
export const describeRegion = createTool({
  name: "describe_region",
  title: "Describe a region of an image",
  description: "Say what is inside a box of a picture: its `name` (default), or a `description`.",
  input: z.strictObject({
    image: ImageArgument,
    region: RegionArgument,
    detail: z.enum(["name", "description"]).optional(),
  }),
  output: z.object(leanShapes.text),
  ask: ({ image, region, detail = "name" }) => askText(image, regionTasks[detail], { region: regionOf(region) }),
});
