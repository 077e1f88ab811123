import type { Task } from "./api-document.ts";
import { type Field, type FieldKind, fieldsOf } from "./fields.ts";
import { roundRegion, toPixels } from "./region.ts";
import { chosenTask, type State } from "./state.ts";

/** Returns the key of a field's value in the state: the name for a common option; otherwise the name after the task's input kind. */
export function valueKey(field: Pick<Field, "name" | "isCommon">, { input }: Pick<Task, "input">): string {
  return field.isCommon ? field.name : `${input}.${field.name}`;
}

/** Converts typed text to an option's value. Text that is not a number stays as typed, so that the API reports what it expects. */
const parsers: Readonly<Record<FieldKind, (typed: string) => unknown>> = {
  text: (typed) => typed,
  number: (typed) => (Number.isFinite(Number(typed)) ? Number(typed) : typed),
  switch: (typed) => typed === "true",
  choice: (typed) => typed,
  choices: (typed) => typed.split(","),
  lines: (typed) =>
    typed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
};

function enteredOptions(state: State, task: Task): readonly (readonly [string, unknown])[] {
  if (state.apiDocument === undefined) return [];
  return fieldsOf(state.apiDocument, task, state.tasks).flatMap((field) => {
    const typed = (state.values[valueKey(field, task)] ?? "").trim();
    return typed === "" ? [] : [[field.name, parsers[field.kind](typed)]];
  });
}

function regionOption({ region, image }: State): Readonly<Record<string, unknown>> {
  return image?.size === undefined
    ? { normalized_region: roundRegion(region) }
    : { region: toPixels(region, image.size) };
}

/** Returns the options of the request by their names in the API. */
export function optionsOf(state: State): Readonly<Record<string, unknown>> {
  const task = chosenTask(state);
  if (task === undefined) return {};
  return {
    ...(task.input === "region" ? regionOption(state) : {}),
    ...Object.fromEntries(enteredOptions(state, task)),
  };
}
