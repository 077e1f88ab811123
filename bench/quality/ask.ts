import { AnalyzeAnswer } from "../../src/contract/analyze.ts";
import { type InputKind, type Task, type TaskName, tasks } from "../../src/florence/tasks.ts";
import type { Question } from "./questions.ts";

/** Converts the input of a prompt to the option of its task. */
const options: Readonly<Record<InputKind, (input: string) => object>> = {
  none: () => ({}),
  text: (text) => ({ text }),
  labels: (label) => ({ labels: [label] }),
  region: (region) => ({ region }),
};

const byToken: ReadonlyMap<string, readonly [string, Task]> = new Map(
  Object.entries<Task>(tasks satisfies Record<TaskName, Task>).map(([name, task]) => [task.token, [name, task]]),
);

function itemOf({ task: token, input }: Question, beams: number): object {
  const [name, task] = byToken.get(token) ?? [];
  if (task === undefined) throw new Error(`The API has no task ${token}.`);
  return { task: name, ...options[task.input](input ?? ""), beams };
}

/** Sends all questions on one image in one request, bypassing the cache; returns the answers in the order of the questions. */
export async function askApi(
  api: URL,
  imageBytes: Uint8Array,
  questions: readonly Question[],
  beams: number,
): Promise<readonly unknown[]> {
  const image = Buffer.from(imageBytes).toString("base64");
  const response = await fetch(new URL("/v1/analyze", api), {
    method: "POST",
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({ image, tasks: questions.map((question) => itemOf(question, beams)) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return AnalyzeAnswer.parse(await response.json()).results.map(({ answer, problem }) => {
    if (problem !== null) throw new Error(JSON.stringify(problem));
    return answer;
  });
}
