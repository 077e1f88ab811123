import { noCodeGroups } from "./groups.ts";
import { type NoCodeTask, noCodeTasks } from "./tasks.ts";

/** What the node and its editor need of a task. */
function rowOf({ name, path, title, summary, group, hasObjects, fields }: NoCodeTask) {
  return { name, path, title, summary, group, hasObjects, fields };
}

/** Returns the table of tasks that the Node-RED node reads and its editor fetches, as JSON. */
export function nodeRedTable(): string {
  const groups = noCodeGroups.map(({ name, title }) => ({ name, title }));
  return `${JSON.stringify({ groups, tasks: noCodeTasks().map(rowOf) })}\n`;
}
