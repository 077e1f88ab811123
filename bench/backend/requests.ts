import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tasks } from "../../src/florence/tasks.ts";

/** An image with prompts. */
export interface ImageRequest {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly prompts: readonly string[];
}

/** Tasks that need only the image, with short and long answers. */
const five = ["caption", "detailed-caption", "object-detection", "dense-region-caption", "ocr-with-region"] as const;
const prompts = five.map((name) => tasks[name].sentence);

/** The file name prefix that `images.py` gives to upright images. */
const UPRIGHT = "0-";

/** Combinations of images and tasks. Each set is sent in its order, repeatedly. */
export interface RequestSets {
  /** Every image once, each with one of five tasks, so that no cache helps before all have been sent. */
  readonly distinct: readonly ImageRequest[];
  /** Each upright image with five tasks, one request per task. */
  readonly repeated: readonly ImageRequest[];
  /** Each upright image with five tasks in one request. */
  readonly combined: readonly ImageRequest[];
}

/** The name of a set of requests. */
export type RequestSet = keyof RequestSets;

/** Reads the images that `images.py` wrote and combines them with tasks. */
export async function readRequests(folder: string): Promise<RequestSets> {
  const names = (await readdir(folder)).toSorted();
  const images = await Promise.all(names.map(async (name) => new Uint8Array(await readFile(join(folder, name)))));
  const upright = images.filter((_, at) => names[at]?.startsWith(UPRIGHT));
  return {
    distinct: images.map((image, at) => ({ image, prompts: [prompts[at % prompts.length] ?? ""] })),
    repeated: upright.flatMap((image) => prompts.map((prompt) => ({ image, prompts: [prompt] }))),
    combined: upright.map((image) => ({ image, prompts })),
  };
}
