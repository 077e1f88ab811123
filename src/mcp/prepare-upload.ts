import * as z from "zod";
import { type PreparedUpload, UPLOADS_PATH } from "../contract/uploads.ts";
import { createTool } from "./tool.ts";

/** The members of `PreparedUpload`, whose descriptions no model needs besides the tool's own. */
const output = z.object({
  image: z.string(),
  put_url: z.string(),
  expires_in: z.int(),
  max_bytes: z.int(),
  curl: z.string(),
}) satisfies z.ZodType<PreparedUpload>;

/** A handle for a file that the agent has, and where to send it. */
export const prepareImageUpload = createTool({
  name: "prepare_image_upload",
  title: "Prepare the upload of a local image",
  description:
    "For an image file on your machine: answers a handle, `image`, for the other tools, and a command that sends the file. Run the command first. Works for an hour.",
  input: z.strictObject({}),
  output,
  ask: () => ({ path: UPLOADS_PATH, canStream: false, show: (reply) => output.parse(reply) }),
});
