import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { Answer } from "../../../src/contract/answers.ts";
import { samples } from "../../../src/playground/samples.ts";
import { root } from "../../../tools/serve.ts";

/** Returns the API's own answer for a sample: answers depend on the model, and the page must show the same. */
export async function answerOf(
  task: string,
  sample: string,
  options: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const path = samples.find(({ name }) => name === sample)?.from ?? "";
  const url = `${inject("origin")}/v1/${task}?${new URLSearchParams(options).toString()}`;
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(url, { method: "POST", headers, body: await readFile(join(root, path)) });
  return Answer.parse(await response.json());
}

/** Returns the labels of an answer's objects in order. */
export function labelsOf(answer: Answer): readonly string[] {
  return answer.type === "text" ? [] : answer.objects.map(({ label }) => label);
}

/** Returns the text of a text answer; empty for every other answer. */
export function textOf(answer: Answer): string {
  return answer.type === "text" ? answer.text : "";
}
