import type { AnswerType } from "../../src/contract/answers.ts";
import { isJsonObject, type JsonObject } from "../../src/contract/json-object.ts";
import { taskPath } from "../../src/contract/paths.ts";
import responseExamples from "../../src/contract/response-examples.json" with { type: "json" };
import { type TaskName, tasks } from "../../src/florence/tasks.ts";
import { type NoCodeField, noCodeFields } from "./fields.ts";
import { type NoCodeGroup, noCodeGroups } from "./groups.ts";
import { titleOf } from "./title.ts";

/** A task as a tool without code shows it. */
export interface NoCodeTask {
  readonly name: TaskName;
  /** The path at the API's origin: `/v1/caption`. */
  readonly path: string;
  /** The name in title case. */
  readonly title: string;
  /** What it does, as an order, without a full stop. */
  readonly summary: string;
  readonly group: NoCodeGroup;
  /** Besides the image, first what the task needs. */
  readonly fields: readonly NoCodeField[];
  readonly answers: readonly AnswerType[];
  /** Whether the answer may have objects: then its `text` is empty. */
  readonly hasObjects: boolean;
  /** The flat answer about the picture of the contract's examples. */
  readonly example: JsonObject;
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** The API's flat answer, as `npm run docs` has written it into the contract's examples. */
function exampleOf(path: string): JsonObject {
  const examples: ReadonlyMap<string, unknown> = new Map(Object.entries(responseExamples));
  const byType = objectOf(examples.get(path));
  return objectOf(objectOf(byType["application/json"])["flat"]);
}

function taskOf(name: TaskName, group: NoCodeGroup): NoCodeTask {
  const { summary, input } = tasks[name];
  const answers: readonly AnswerType[] = tasks[name].answers;
  const hasObjects = answers.some((type) => type !== "text");
  const [path, fields] = [taskPath(name), noCodeFields(input, hasObjects)];
  return { name, path, title: titleOf(name), summary, group, fields, answers, hasObjects, example: exampleOf(path) };
}

/** Returns all tasks, as tools without code show them, by groups. Throws if a task is in no group. */
export function noCodeTasks(): readonly NoCodeTask[] {
  const shown = noCodeGroups.flatMap((group) => group.tasks.map((name) => taskOf(name, group.name)));
  const lost = Object.keys(tasks).filter((name) => !shown.some((task) => task.name === name));
  if (lost.length > 0) throw new Error(`No group of tools/no-code/groups.ts has ${lost.join(", ")}.`);
  return shown;
}
