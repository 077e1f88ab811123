import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** A line of the output of `florence-training questions`; `task` is the model's token, `input` the prompt's input. */
const Question = z.object({
  id: z.string(),
  picture: z.string(),
  task: z.string(),
  input: z.string().nullable(),
});
export type Question = Readonly<z.infer<typeof Question>>;

/** Reads the questions of a folder, grouped by the image's file name. */
export async function readQuestions(folder: string): Promise<ReadonlyMap<string, readonly Question[]>> {
  const lines = (await readFile(join(folder, "questions.jsonl"), "utf8")).trim().split("\n");
  return Map.groupBy(
    lines.map((line) => Question.parse(JSON.parse(line))),
    ({ picture }) => picture,
  );
}
