import { createHash } from "node:crypto";
import type { ApFile } from "@activepieces/pieces-framework";
import { tasks } from "./generated";
import { type Connection, readAnswer, send } from "./request";
import type { ActionRow, TaskRow } from "./rows";

type Values = Readonly<Record<string, unknown>>;
type Option = readonly [name: string, value: string];

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** Returns the task that a step asks. Throws if none is chosen. */
function taskOf({ task, taskWithLabels }: ActionRow, values: Values): TaskRow {
  const isNamed = [values["labels"]].flat().some(isGiven);
  const name = values["task"] ?? (isNamed ? taskWithLabels : undefined) ?? task;
  const row = tasks.find((each) => each.name === name);
  if (row !== undefined) return row;
  throw new Error("There is no such task. Choose one in the field Task.");
}

/** The options of a task as fields of a form, where each value is a text. A list is JSON: its texts may have commas. */
function optionsOf({ fields }: TaskRow, values: Values): readonly Option[] {
  return fields.flatMap(({ name }): readonly Option[] => {
    const value = values[name];
    const given = Array.isArray(value) ? value.filter(isGiven) : undefined;
    if (given !== undefined) return given.length > 0 ? [[name, JSON.stringify(given)]] : [];
    return isGiven(value) ? [[name, String(value)]] : [];
  });
}

/** The same for the same question: if the flow sends the step again, it is charged once. */
function idempotencyKey(path: string, options: readonly Option[], data: Buffer): string {
  return createHash("sha256")
    .update(JSON.stringify([path, options]))
    .update(data)
    .digest("hex");
}

/** Asks the API about a file, and returns the flat answer with the request's id. */
export async function ask(connection: Connection, action: ActionRow, image: ApFile, values: Values): Promise<object> {
  const task = taskOf(action, values);
  const options: readonly Option[] = [["format", "flat"], ...optionsOf(task, values)];
  const body = new FormData();
  for (const [name, value] of options) body.set(name, value);
  body.set("image", new Blob([new Uint8Array(image.data)]), image.filename);
  const headers = isGiven(connection.apiKey)
    ? { "idempotency-key": idempotencyKey(task.path, options, image.data) }
    : undefined;
  const response = await send(connection, task.path, { method: "POST", body, ...(headers && { headers }) });
  return { id: response.headers.get("x-request-id"), ...Object.fromEntries(await readAnswer(response)) };
}
