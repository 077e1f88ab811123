import { excerpt } from "../bytes/excerpt.ts";
import { type Issue, Problem } from "../contract/problems.ts";
import type { TaskOptions } from "../contract/requests.ts";
import type { TaskRow } from "../contract/service.ts";

/** Maximum number of each delimiter (see `MAX_JSON_DELIMITERS`) in an item. The largest useful one has 64 labels and some options. */
export const DELIMITERS_PER_ITEM = 100;

/** Options of single-task requests only, with what to do instead. */
const singleTaskOnly = {
  overlay: "Request a drawing at the task's own path.",
  stream: "Request a stream at the task's own path.",
  async: "Send it beside the list: all of the request is answered later.",
  webhook: "Send it beside the list: all of the request is one job.",
} as const satisfies Partial<Record<keyof TaskOptions, string>>;

/** Throws `invalid-request` for options that one of several tasks cannot have. */
function checkItem(options: TaskOptions): void {
  const issues: readonly Issue[] = [
    ...(options.overlay === undefined ? [] : [{ path: "overlay", message: singleTaskOnly.overlay }]),
    ...(options.stream === true ? [{ path: "stream", message: singleTaskOnly.stream }] : []),
    ...(options.async === true ? [{ path: "async", message: singleTaskOnly.async }] : []),
    ...(options.webhook === undefined ? [] : [{ path: "webhook", message: singleTaskOnly.webhook }]),
  ];
  const [first] = issues;
  if (first !== undefined) throw new Problem("invalid-request", first.message, { issues });
}

/** The problem of a task that there is not. */
export function unknownTask(name: string): Problem {
  return new Problem("unknown-task", `There is no task named ${excerpt(JSON.stringify(name))}.`);
}

/** Throws the problem of a task that the caller may not ask for. */
export type CheckTask = (task: string) => void;

/** What one of several tasks may be. */
interface ItemRules {
  readonly rows: ReadonlyMap<string, TaskRow>;
  readonly check?: CheckTask | undefined;
}

/** Reads one of several tasks with `read`. Returns the item's problem instead of throwing it. */
export function readTaskItem<Item extends { readonly options: TaskOptions }>(
  { rows, check }: ItemRules,
  task: string,
  read: (row: TaskRow) => Item,
): (Item & { readonly task: string }) | { readonly task: string; readonly problem: Problem } {
  const row = rows.get(task);
  try {
    if (row === undefined) throw unknownTask(task);
    check?.(task);
    const item = read(row);
    checkItem(item.options);
    return { task, ...item };
  } catch (thrown) {
    if (thrown instanceof Problem) return { task, problem: thrown };
    throw thrown;
  }
}

/** Returns the options of the valid ones of several tasks. */
export function optionsOf(
  items: readonly ({ readonly options: TaskOptions } | { readonly task: string; readonly problem: Problem })[],
): readonly TaskOptions[] {
  return items.flatMap((item) => ("options" in item ? item.options : []));
}
