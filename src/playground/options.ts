import type { Task } from "./api-document.ts";
import { type Field, type FieldKind, fieldsOf } from "./fields.ts";
import { inPixels, rounded } from "./region.ts";
import { chosenTask, type State } from "./state.ts";

/** What a field's value is kept under: options of all tasks under their name, others for each kind of input apart. */
export function valueKey(field: Pick<Field, "name" | "isCommon">, { input }: Pick<Task, "input">): string {
  return field.isCommon ? field.name : `${input}.${field.name}`;
}

/** A typed text as the option's value. What is no number stays text, and the API says what it wants. */
const readers: Readonly<Record<FieldKind, (typed: string) => unknown>> = {
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

function filledIn(state: State, task: Task): readonly (readonly [string, unknown])[] {
  if (state.document === undefined) return [];
  return fieldsOf(state.document, task, state.tasks).flatMap((field) => {
    const typed = (state.values[valueKey(field, task)] ?? "").trim();
    return typed === "" ? [] : [[field.name, readers[field.kind](typed)]];
  });
}

function regionOption({ region, picture }: State): Readonly<Record<string, unknown>> {
  return picture?.size === undefined
    ? { normalized_region: rounded(region) }
    : { region: inPixels(region, picture.size) };
}

/** The options that the question is asked with, by the API's names. */
export function optionsOf(state: State): Readonly<Record<string, unknown>> {
  const task = chosenTask(state);
  if (task === undefined) return {};
  return { ...(task.input === "region" ? regionOption(state) : {}), ...Object.fromEntries(filledIn(state, task)) };
}
