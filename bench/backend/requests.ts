import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tasks } from "../../src/florence/tasks.ts";

/** A picture, and prompts on it. */
export interface Question {
  readonly picture: Uint8Array<ArrayBuffer>;
  readonly prompts: readonly string[];
}

/** Tasks that need nothing but the picture, with answers short and long. */
const five = ["caption", "detailed-caption", "object-detection", "dense-region-caption", "ocr-with-region"] as const;
const prompts = five.map((name) => tasks[name].sentence);

/** The upright pictures, as `images.py` names them. */
const UPRIGHT = "0-";

/** How pictures and tasks are put together. Each is asked in its order, again and again. */
export interface Questions {
  /** Every picture once, with one of five tasks: nothing that was seen before helps, unless all have been asked. */
  readonly distinct: readonly Question[];
  /** Each upright picture with five tasks, one after another. */
  readonly repeated: readonly Question[];
  /** Each upright picture with five tasks in one call. */
  readonly together: readonly Question[];
}

/** The name of a set of questions. */
export type QuestionSet = keyof Questions;

/** Reads the folder that `images.py` wrote. */
export async function readQuestions(folder: string): Promise<Questions> {
  const names = (await readdir(folder)).toSorted();
  const pictures = await Promise.all(names.map(async (name) => new Uint8Array(await readFile(join(folder, name)))));
  const upright = pictures.filter((_, at) => names[at]?.startsWith(UPRIGHT));
  return {
    distinct: pictures.map((picture, at) => ({ picture, prompts: [prompts[at % prompts.length] ?? ""] })),
    repeated: upright.flatMap((picture) => prompts.map((prompt) => ({ picture, prompts: [prompt] }))),
    together: upright.map((picture) => ({ picture, prompts })),
  };
}
