import type { Task } from "./api-document.ts";
import { byId, createElement, withInlineCode } from "./dom.ts";
import { type Field, type FieldKind, fieldsOf } from "./fields.ts";
import { valueKey } from "./options.ts";
import { chosenTask, type State, withValue } from "./state.ts";
import type { Store } from "./store.ts";
import { titleOf } from "./tasks-view.ts";

/** A field with its element id, current value and setter. */
interface BoundField {
  readonly field: Field;
  readonly id: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

function numberInput({ field, id, value, set }: BoundField): HTMLElement {
  const { minimum, maximum, isWhole } = field;
  const input = createElement("input", {
    id,
    type: "number",
    inputmode: isWhole ? "numeric" : "decimal",
    value,
    step: isWhole ? "1" : "any",
    min: minimum === undefined ? false : String(minimum),
    max: maximum === undefined ? false : String(maximum),
  });
  input.addEventListener("input", () => set(input.value));
  return input;
}

function textInput({ field, id, value, set }: BoundField): HTMLElement {
  const maxlength = field.maxLength === undefined ? false : String(field.maxLength);
  const input = createElement("input", { id, type: "text", value, maxlength, autocomplete: "off" });
  input.addEventListener("input", () => set(input.value));
  return input;
}

function linesInput({ id, value, set }: BoundField): HTMLElement {
  const input = createElement("textarea", { id, rows: "3" }, value);
  input.addEventListener("input", () => set(input.value));
  return input;
}

function choiceInput({ field, id, value, set }: BoundField): HTMLElement {
  const options = field.choices.map((name) => createElement("option", { value: name, selected: name === value }, name));
  const input = createElement("select", { id }, createElement("option", { value: "" }, "by default"), ...options);
  input.addEventListener("change", () => set(input.value));
  return input;
}

function checkbox(title: string, isChecked: boolean, set: (isChecked: boolean) => void): HTMLElement {
  const input = createElement("input", { type: "checkbox", checked: isChecked });
  input.addEventListener("change", () => set(input.checked));
  return createElement("label", { class: "check" }, input, title);
}

function choicesInput({ field, value, set }: BoundField): HTMLElement {
  const chosen = new Set(value.split(",").filter((name) => name !== ""));
  const checkboxes = field.choices.map((name) =>
    checkbox(name, chosen.has(name), (isChecked) => {
      if (isChecked) chosen.add(name);
      else chosen.delete(name);
      set([...chosen].join(","));
    }),
  );
  return createElement("div", { class: "checks" }, ...checkboxes);
}

const inputs: Readonly<Record<Exclude<FieldKind, "switch">, (bound: BoundField) => HTMLElement>> = {
  number: numberInput,
  text: textInput,
  lines: linesInput,
  choice: choiceInput,
  choices: choicesInput,
};

function fieldElement(bound: BoundField): HTMLElement {
  const { field, id, value, set } = bound;
  const title = titleOf(field.name);
  const hint = createElement("p", { class: "note", id: `${id}-hint` }, ...withInlineCode(field.description));
  if (field.kind === "switch") {
    const labelled = checkbox(title, value === "true", (isChecked) => set(isChecked ? "true" : ""));
    labelled.querySelector("input")?.setAttribute("aria-describedby", hint.id);
    return createElement("div", { class: "field" }, labelled, hint);
  }
  if (field.kind === "choices") {
    return createElement("fieldset", { class: "field" }, createElement("legend", {}, title), choicesInput(bound), hint);
  }
  const input = inputs[field.kind](bound);
  input.setAttribute("aria-describedby", hint.id);
  const suffix = field.kind === "lines" ? ", one per line" : "";
  return createElement("div", { class: "field" }, createElement("label", { for: id }, title + suffix), input, hint);
}

function fieldElements(store: Store<State>, state: State, task: Task, isCommon: boolean): readonly HTMLElement[] {
  if (state.apiDocument === undefined) return [];
  const fields = fieldsOf(state.apiDocument, task, state.tasks).filter((field) => field.isCommon === isCommon);
  return fields.map((field) => {
    const key = valueKey(field, task);
    const set = (value: string): void => store.update((current) => withValue(current, key, value));
    return fieldElement({ field, id: `field-${field.name}`, value: state.values[key] ?? "", set });
  });
}

/** Renders the fields of the chosen task, generated from the OpenAPI document: its own options, and under "More options" those common to all tasks. */
export function showFields(store: Store<State>): void {
  store.watch(
    // Not the typed values: a field that is rendered again would lose the cursor. A sample's values change together with its image.
    ({ apiDocument, tasks, task, image }) => [apiDocument, tasks, task, image?.name],
    (state) => {
      const task = chosenTask(state);
      if (task === undefined) return;
      byId("own-fields", HTMLElement).replaceChildren(...fieldElements(store, state, task, false));
      byId("common-fields", HTMLElement).replaceChildren(...fieldElements(store, state, task, true));
    },
  );
}
