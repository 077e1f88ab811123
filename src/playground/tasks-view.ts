import { byId, createElement } from "./dom.ts";
import type { Task } from "./api-document.ts";
import { chosenTask, type State, withTask } from "./state.ts";
import type { Store } from "./store.ts";

/** Groups of tasks by their input besides the image; `labels` are grouped with `text`. */
const groups: readonly { readonly title: string; readonly inputs: readonly Task["input"][] }[] = [
  { title: "The picture alone", inputs: ["none"] },
  { title: "With your words", inputs: ["text", "labels"] },
  { title: "With a region", inputs: ["region"] },
];

/** Converts a name to a title: `object-detection` → `Object detection`. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/[-_]/gu, " ").replaceAll(/\bocr\b/gu, "OCR");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function choice(task: Task, chosen: string, choose: (name: string) => void): HTMLElement {
  const input = createElement("input", {
    type: "radio",
    name: "task",
    value: task.name,
    checked: task.name === chosen,
    class: "unseen",
  });
  input.addEventListener("change", () => choose(task.name));
  return createElement(
    "label",
    { class: "chip", title: task.summary },
    input,
    createElement("span", {}, titleOf(task.name)),
  );
}

function group(title: string, tasks: readonly Task[], chosen: string, choose: (name: string) => void): HTMLElement {
  const choices = tasks.map((task) => choice(task, chosen, choose));
  return createElement("fieldset", { class: "chips" }, createElement("legend", {}, title), ...choices);
}

/** Renders the tasks as radio buttons, and the summary of the chosen one. */
export function showTasks(store: Store<State>): void {
  const choose = (name: string): void => store.update((state) => withTask(state, name));
  store.watch(
    ({ tasks }) => [tasks],
    ({ tasks, task }) => {
      const fieldsets = groups.map(({ title, inputs }) =>
        group(
          title,
          tasks.filter(({ input }) => inputs.includes(input)),
          task,
          choose,
        ),
      );
      byId("tasks", HTMLElement).replaceChildren(...(tasks.length === 0 ? [] : fieldsets));
    },
  );
  store.watch(
    ({ tasks, task }) => [tasks, task],
    (state) => {
      const summary = chosenTask(state)?.summary;
      byId("task-summary", HTMLElement).textContent = summary === undefined ? "" : `${summary}.`;
    },
  );
}
