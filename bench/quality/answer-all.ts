import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askApi } from "./ask.ts";
import { readQuestions } from "./questions.ts";

/** Sends a folder's questions to the API and writes a line per answer to `answers.jsonl` there. Returns that path and the number of questions. */
export async function answerAll(
  api: URL,
  folder: string,
  beams: number,
): Promise<{ readonly path: string; readonly count: number }> {
  const lines: string[] = [];
  for (const [picture, questions] of await readQuestions(folder)) {
    const answers = await askApi(api, await readFile(join(folder, picture)), questions, beams);
    lines.push(...questions.map(({ id }, index) => JSON.stringify({ id, answer: answers[index] })));
  }
  const path = join(folder, "answers.jsonl");
  await writeFile(path, `${lines.join("\n")}\n`);
  return { path, count: lines.length };
}
