import { readFileSync } from "node:fs";
import { ownError } from "./florence-error.js";

/**
 * An option of a task. `resources/generated.json` is generated from the API's contract.
 * @typedef {object} Field
 * @property {string} name
 * @property {"text" | "texts" | "box" | "integer" | "number" | "choice" | "choices"} type
 */

/**
 * @typedef {object} Task
 * @property {string} name
 * @property {string} path
 * @property {boolean} hasObjects
 * @property {readonly Field[]} fields
 */

/** @type {{ readonly tasks: readonly Task[] }} */
const { tasks } = JSON.parse(readFileSync(new URL("../resources/generated.json", import.meta.url), "utf8"));

/** @type {ReadonlyMap<unknown, Task>} */
const byName = new Map(tasks.map((task) => [task.name, task]));

/**
 * The task of a name. Throws `task-unknown`.
 * @param {unknown} name
 */
export function taskOf(name) {
  const task = byName.get(name);
  if (task !== undefined) return task;
  throw ownError("task-unknown", `${JSON.stringify(name)} is none of: ${[...byName.keys()].join(", ")}.`);
}
