import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { Answer } from "../../../src/contract/answers.ts";
import { samples } from "../../../src/playground/samples.ts";
import { root } from "../../../tools/serve.ts";

/** What the API itself answers about a sample: another model may answer otherwise, and the page must show what it does. */
export async function answerOf(
  task: string,
  sample: string,
  options: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const from = samples.find(({ name }) => name === sample)?.from ?? "";
  const url = `${inject("origin")}/v1/${task}?${new URLSearchParams(options).toString()}`;
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(url, { method: "POST", headers, body: await readFile(join(root, from)) });
  return Answer.parse(await response.json());
}

/** The labels of an answer's objects, in their order. */
export function labelsOf(answer: Answer): readonly string[] {
  return answer.type === "text" ? [] : answer.objects.map(({ label }) => label);
}

/** The text of a text answer. */
export function textOf(answer: Answer): string {
  return answer.type === "text" ? answer.text : "";
}
