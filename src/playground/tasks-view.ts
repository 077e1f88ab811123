import { byId, make } from "./dom.ts";
import type { Task } from "./api-document.ts";
import { chosenTask, type State, withTask } from "./state.ts";
import type { Store } from "./store.ts";

/** Tasks are shown by what they need beside the picture; `labels` are words, too. */
const groups: readonly { readonly title: string; readonly inputs: readonly Task["input"][] }[] = [
  { title: "The picture alone", inputs: ["none"] },
  { title: "With your words", inputs: ["text", "labels"] },
  { title: "With a region", inputs: ["region"] },
];

/** `object-detection` → `Object detection`. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/[-_]/gu, " ").replaceAll(/\bocr\b/gu, "OCR");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function choice(task: Task, chosen: string, choose: (name: string) => void): HTMLElement {
  const input = make("input", {
    type: "radio",
    name: "task",
    value: task.name,
    checked: task.name === chosen,
    class: "unseen",
  });
  input.addEventListener("change", () => choose(task.name));
  return make("label", { class: "chip", title: task.summary }, input, make("span", {}, titleOf(task.name)));
}

function group(title: string, tasks: readonly Task[], chosen: string, choose: (name: string) => void): HTMLElement {
  const choices = tasks.map((task) => choice(task, chosen, choose));
  return make("fieldset", { class: "chips" }, make("legend", {}, title), ...choices);
}

/** The tasks, one of which is chosen. */
export function showTasks(store: Store<State>): void {
  const choose = (name: string): void => store.update((state) => withTask(state, name));
  store.watch(
    ({ tasks }) => [tasks],
    ({ tasks, task }) => {
      const shown = groups.map(({ title, inputs }) =>
        group(
          title,
          tasks.filter(({ input }) => inputs.includes(input)),
          task,
          choose,
        ),
      );
      byId("tasks", HTMLElement).replaceChildren(...(tasks.length === 0 ? [] : shown));
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
