import type { Task } from "./api-document.ts";
import { byId, make, marked } from "./dom.ts";
import { type Field, type FieldKind, fieldsOf } from "./fields.ts";
import { valueKey } from "./options.ts";
import { chosenTask, type State, withValue } from "./state.ts";
import type { Store } from "./store.ts";
import { titleOf } from "./tasks-view.ts";

interface Drawn {
  readonly field: Field;
  readonly id: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

function numberInput({ field, id, value, set }: Drawn): HTMLElement {
  const { minimum, maximum, isWhole } = field;
  const input = make("input", {
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

function textInput({ field, id, value, set }: Drawn): HTMLElement {
  const maxlength = field.maxLength === undefined ? false : String(field.maxLength);
  const input = make("input", { id, type: "text", value, maxlength, autocomplete: "off" });
  input.addEventListener("input", () => set(input.value));
  return input;
}

function linesInput({ id, value, set }: Drawn): HTMLElement {
  const input = make("textarea", { id, rows: "3" }, value);
  input.addEventListener("input", () => set(input.value));
  return input;
}

function choiceInput({ field, id, value, set }: Drawn): HTMLElement {
  const options = field.choices.map((name) => make("option", { value: name, selected: name === value }, name));
  const input = make("select", { id }, make("option", { value: "" }, "by default"), ...options);
  input.addEventListener("change", () => set(input.value));
  return input;
}

function check(title: string, isOn: boolean, set: (isOn: boolean) => void): HTMLElement {
  const input = make("input", { type: "checkbox", checked: isOn });
  input.addEventListener("change", () => set(input.checked));
  return make("label", { class: "check" }, input, title);
}

function choicesInput({ field, value, set }: Drawn): HTMLElement {
  const chosen = new Set(value.split(",").filter((name) => name !== ""));
  const checks = field.choices.map((name) =>
    check(name, chosen.has(name), (isOn) => {
      if (isOn) chosen.add(name);
      else chosen.delete(name);
      set([...chosen].join(","));
    }),
  );
  return make("div", { class: "checks" }, ...checks);
}

const inputs: Readonly<Record<Exclude<FieldKind, "switch">, (drawn: Drawn) => HTMLElement>> = {
  number: numberInput,
  text: textInput,
  lines: linesInput,
  choice: choiceInput,
  choices: choicesInput,
};

function fieldElement(drawn: Drawn): HTMLElement {
  const { field, id, value, set } = drawn;
  const title = titleOf(field.name);
  const hint = make("p", { class: "note", id: `${id}-hint` }, ...marked(field.description));
  if (field.kind === "switch") {
    const box = check(title, value === "true", (isOn) => set(isOn ? "true" : ""));
    box.querySelector("input")?.setAttribute("aria-describedby", hint.id);
    return make("div", { class: "field" }, box, hint);
  }
  if (field.kind === "choices") {
    return make("fieldset", { class: "field" }, make("legend", {}, title), choicesInput(drawn), hint);
  }
  const input = inputs[field.kind](drawn);
  input.setAttribute("aria-describedby", hint.id);
  const suffix = field.kind === "lines" ? ", one a line" : "";
  return make("div", { class: "field" }, make("label", { for: id }, title + suffix), input, hint);
}

function drawnFields(store: Store<State>, state: State, task: Task, isCommon: boolean): readonly HTMLElement[] {
  if (state.document === undefined) return [];
  const fields = fieldsOf(state.document, task, state.tasks).filter((field) => field.isCommon === isCommon);
  return fields.map((field) => {
    const key = valueKey(field, task);
    const set = (value: string): void => store.update((current) => withValue(current, key, value));
    return fieldElement({ field, id: `field-${field.name}`, value: state.values[key] ?? "", set });
  });
}

/** The fields of the chosen task, drawn from the API's own document: what it alone takes, and under "More options" what all take. */
export function showFields(store: Store<State>): void {
  store.watch(
    // Not what is typed: a field that is drawn anew would lose the cursor. A sample's words come with its picture.
    ({ document: described, tasks, task, picture }) => [described, tasks, task, picture?.name],
    (state) => {
      const task = chosenTask(state);
      if (task === undefined) return;
      byId("own-fields", HTMLElement).replaceChildren(...drawnFields(store, state, task, false));
      byId("common-fields", HTMLElement).replaceChildren(...drawnFields(store, state, task, true));
    },
  );
}
