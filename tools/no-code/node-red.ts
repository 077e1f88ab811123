import { join } from "node:path";
import { noCodeGroups } from "./groups.ts";
import { type NoCodeTask, noCodeTasks } from "./tasks.ts";

const FOLDER = "integrations/node-red";

/** What the node and its editor need of a task. Sections of the help that are equal for all tools are the editor's own. */
function rowOf({ name, path, title, summary, group, hasObjects, fields }: NoCodeTask) {
  return { name, path, title, summary, group, hasObjects, fields };
}

/** Returns the generated files of the Node-RED package, by their paths in the repository: the tasks, which the node reads and the editor fetches. */
export function nodeRedFiles(): ReadonlyMap<string, string> {
  const groups = noCodeGroups.map(({ name, title }) => ({ name, title }));
  const table = { groups, tasks: noCodeTasks().map(rowOf) };
  return new Map([[join(FOLDER, "resources/tasks.json"), `${JSON.stringify(table)}\n`]]);
}
