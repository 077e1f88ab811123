import type { TaskRow } from "../contract/service.ts";
import { lookAtImage } from "./look-at-image.ts";
import { findObjects, outlineObject } from "./object-tools.ts";
import { prepareImageUpload } from "./prepare-upload.ts";
import { describeImage, describeRegion, readText } from "./text-tools.ts";
import type { Tool } from "./tool.ts";

/** All tools, in the order in which they are listed: by what a caller wants, not by task. */
export function toolsFor(tasks: readonly TaskRow[]): readonly Tool[] {
  return [describeImage, readText, findObjects, outlineObject, describeRegion, lookAtImage(tasks), prepareImageUpload];
}
