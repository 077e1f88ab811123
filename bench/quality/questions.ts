import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** A line of what `florence-training questions` writes; `task` is the model's token, `input` what its prompt is filled with. */
const Question = z.object({
  id: z.string(),
  picture: z.string(),
  task: z.string(),
  input: z.string().nullable(),
});
export type Question = Readonly<z.infer<typeof Question>>;

/** The questions of a folder by the picture's file name. */
export async function readQuestions(folder: string): Promise<ReadonlyMap<string, readonly Question[]>> {
  const lines = (await readFile(join(folder, "questions.jsonl"), "utf8")).trim().split("\n");
  return Map.groupBy(
    lines.map((line) => Question.parse(JSON.parse(line))),
    ({ picture }) => picture,
  );
}
