import { Problem } from "../contract/problems.ts";
import type { TaskRow } from "../contract/service.ts";

/** A task, with the names that people of other Florence-2 code use. */
export interface NamedTask extends Pick<TaskRow, "name" | "input"> {
  /** The task token: `<OD>`. */
  readonly token: string;
  /** The prompt, with `{input}` for the caller's text or region. */
  readonly sentence: string;
}

/** The model without a task, for texts that begin with a task token. */
export const MODEL = "florence-2";

/** When the model was published, in seconds since 1970: the month of its paper (arXiv 2311.06242). */
const CREATED = Date.UTC(2023, 10, 1) / 1000;

/** The name of the model that does one task. */
export function modelOf({ name }: Pick<NamedTask, "name">): string {
  return `${MODEL}/${name}`;
}

function modelObject(id: string) {
  return { id, object: "model", created: CREATED, owned_by: "microsoft" } as const;
}

/** The list of models: each task is one, since many programs let people choose a model and nothing else. */
export function modelList(tasks: readonly NamedTask[]) {
  return { object: "list", data: [modelObject(MODEL), ...tasks.map((task) => modelObject(modelOf(task)))] } as const;
}

/** The problem of a model that there is not. */
export function unknownModel(id: string): Problem {
  const name = JSON.stringify(id.slice(0, 100));
  return new Problem("unknown-model", `There is no model named ${name}.`, {
    issues: [{ path: "model", message: "There is no such model." }],
  });
}

/** One model of the list. Throws `unknown-model`. */
export function modelNamed(tasks: readonly NamedTask[], id: string) {
  const model = modelList(tasks).data.find((each) => each.id === id);
  if (model === undefined) throw unknownModel(id);
  return model;
}
