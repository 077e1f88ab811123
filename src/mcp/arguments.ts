import * as z from "zod";

/** A file that the host of an agent fills in (`openai/fileParams`): an address that works for some minutes. Other members are ignored. */
const HostFile = z.object({
  download_url: z.string(),
  file_id: z.string(),
});

/** The image of every tool but one: a model can write an address or a handle, and no more than a few kilobytes of base64. */
export const ImageArgument = z
  .union([z.string(), HostFile], {
    error: ({ input }) =>
      input === undefined
        ? "Send an image."
        : "Send an https URL, a handle of prepare_image_upload, or small base64, as a string.",
  })
  .describe("https URL, the handle of prepare_image_upload for a local file, or base64 of a few kB.");

/** Returns an image argument as `image` of a JSON body. */
export function imageOf(image: z.infer<typeof ImageArgument>): string {
  return typeof image === "string" ? image : image.download_url;
}

const FOUR_NUMBERS = 4;

/** A box in whole or broken pixels: a list, which models write with fewer mistakes and tokens than an object. */
export const RegionArgument = z
  .array(z.number("Send four numbers."), "Send four numbers: [x1, y1, x2, y2].")
  .length(FOUR_NUMBERS, "Send four numbers: [x1, y1, x2, y2].")
  .describe("[x1, y1, x2, y2] in pixels");

/** Returns a region as the API takes it. */
export function regionOf([x1, y1, x2, y2]: readonly (number | undefined)[]) {
  return { x1, y1, x2, y2 };
}

/** Objects in an answer unless more are asked for: hosts refuse tool results of more than 25,000 tokens, and a whole street of objects is no help to a model. */
export const STANDARD_OBJECTS = 50;

/** The most objects that a tool answers: about 10,000 tokens. */
export const MAX_TOOL_OBJECTS = 200;
