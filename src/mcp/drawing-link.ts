import { taskPath } from "../contract/paths.ts";
import { isUploadHandle } from "../contract/uploads.ts";
import { isUrl } from "../contract/requests.ts";
import type { TaskQuestion } from "./tool.ts";

/** The folder of the drawings' addresses; the last segment is the task's name. */
export const DRAWINGS_PATH = "/mcp/drawings";

/** Longest address of a drawing, in characters: some servers and browsers refuse longer ones. */
const MAX_LINK_CHARACTERS = 4000;

/** An option in the syntax of a query: a box as four numbers, a list as JSON. */
function spelled(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value);
  return typeof value === "object" && value !== null ? Object.values(value).join(",") : String(value);
}

/**
 * Returns the address of a drawing; undefined if the image is not at an address itself, or the result is too long. Whoever opens it asks for the same answer
 * again, which is in the cache, so nothing is stored for those who do not.
 */
export function drawingLink(origin: string, image: string, { task, options }: TaskQuestion): string | undefined {
  if (!isUrl(image) && !isUploadHandle(image)) return undefined;
  const link = new URL(`${DRAWINGS_PATH}/${task}`, origin);
  for (const [name, value] of Object.entries(options)) link.searchParams.set(name, spelled(value));
  link.searchParams.set("image", image);
  return link.href.length > MAX_LINK_CHARACTERS ? undefined : link.href;
}

/** What is asked for the drawing at an address: the task as it is spelled there, the path in `/v1`, and the body. */
export function drawingQuestion(url: string) {
  const { pathname, searchParams } = new URL(url);
  const image = searchParams.get("image");
  searchParams.delete("image");
  searchParams.set("overlay", "svg");
  const task = pathname.slice(pathname.lastIndexOf("/") + 1);
  return { task, path: `${taskPath(task)}?${searchParams.toString()}`, body: image === null ? {} : { image } };
}
