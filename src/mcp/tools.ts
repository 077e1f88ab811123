import type { TaskRow } from "../contract/service.ts";
import { jobTools } from "./job-tools.ts";
import { lookAtImage } from "./look-at-image.ts";
import { findObjects, outlineObject } from "./object-tools.ts";
import { prepareImageUpload } from "./prepare-upload.ts";
import { describeImage, describeRegion, readText } from "./text-tools.ts";
import type { Tool } from "./tool.ts";

/** What the tools of a deployment depend on. */
export interface ToolSettings {
  readonly tasks: readonly TaskRow[];
  /** Whether answers can come later. */
  readonly hasJobs: boolean;
}

/** All tools, in the order in which they are listed: by what a caller wants, not by task. */
export function toolsFor({ tasks, hasJobs }: ToolSettings): readonly Tool[] {
  const asking = [describeImage, readText, findObjects, outlineObject, describeRegion, lookAtImage(tasks)];
  return [...asking, prepareImageUpload, ...(hasJobs ? jobTools(asking) : [])];
}
