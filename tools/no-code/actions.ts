import { type TaskName, tasks } from "../../src/florence/tasks.ts";
import { type NoCodeField, noCodeFields } from "./fields.ts";
import { noCodeGroups } from "./groups.ts";
import { type NoCodeTask, noCodeTasks } from "./tasks.ts";

/** A task that a user can choose in an action. */
export interface TaskChoice {
  readonly name: TaskName;
  readonly title: string;
}

/** An action of tools that have a few actions, not one for each task. */
export interface NoCodeAction {
  readonly name: "describe" | "read_text" | "find_objects" | "any_task";
  readonly title: string;
  /** A sentence. */
  readonly summary: string;
  /** What the user chooses with the task. */
  readonly choiceLabel: string;
  /** The tasks to choose from. None: the action has no such field. */
  readonly choices: readonly TaskChoice[];
  /** The task if none is chosen; undefined if one must be chosen. */
  readonly task: TaskName | undefined;
  /** The task if the field `labels` is filled in. */
  readonly taskWithLabels: TaskName | undefined;
  /** Besides the image and the task. The action with every task has those of the chosen one. */
  readonly fields: readonly NoCodeField[];
  /** The task whose example shows what the action answers. */
  readonly exampleTask: TaskName;
}

type Names = Pick<NoCodeAction, "name" | "title" | "summary" | "choiceLabel">;

/** The fields of all of these tasks that are no input: the action's user need not know which task is asked. */
function commonFields(names: readonly TaskName[]): readonly NoCodeField[] {
  const shown = noCodeTasks().filter(({ name }) => names.includes(name));
  const [first, ...others] = shown.map(({ fields }) => fields.filter(({ place }) => place !== "input"));
  const isCommon = ({ name }: NoCodeField) => others.every((fields) => fields.some((field) => field.name === name));
  return first?.filter(isCommon) ?? [];
}

/** An action with the tasks of a group, of which the first is the default. */
function groupAction(group: "describe" | "read", names: Names): NoCodeAction {
  const shown = noCodeGroups.flatMap((each): readonly TaskName[] => (each.name === group ? each.tasks : []));
  const [task = "caption"] = shown;
  const choices = shown.map((name) => ({ name, title: tasks[name].summary }));
  return { ...names, choices, task, taskWithLabels: undefined, fields: commonFields(shown), exampleTask: task };
}

/** An action that looks for everything, or for what the user names. */
function findAction(names: Names): NoCodeAction {
  const [task, taskWithLabels] = ["object-detection", "open-vocabulary-detection"] as const;
  const fields = noCodeFields(tasks[taskWithLabels].input, true).map((field) =>
    field.name === "labels"
      ? { ...field, isRequired: false, help: `${field.help} Without labels, all objects are found.` }
      : field,
  );
  return { ...names, choices: [], task, taskWithLabels, fields, exampleTask: task };
}

const choiceOf = ({ name, title, summary }: NoCodeTask): TaskChoice => ({ name, title: `${title}: ${summary}` });

function anyAction(names: Names): NoCodeAction {
  const choices = noCodeTasks().map(choiceOf);
  return { ...names, choices, task: undefined, taskWithLabels: undefined, fields: [], exampleTask: "object-detection" };
}

/** Returns the actions of tools that have a few, in the order in which they are shown. */
export function noCodeActions(): readonly NoCodeAction[] {
  return [
    groupAction("describe", {
      name: "describe",
      title: "Describe",
      choiceLabel: "Detail",
      summary: "Describes an image in a sentence, a few sentences or a paragraph.",
    }),
    groupAction("read", {
      name: "read_text",
      title: "Read Text",
      choiceLabel: "Answer",
      summary: "Reads the text in an image, on request with the place of each part.",
    }),
    findAction({
      name: "find_objects",
      title: "Find Objects",
      choiceLabel: "Task",
      summary: "Finds the objects in an image, or the ones that you name, with a box and a score for each.",
    }),
    anyAction({
      name: "any_task",
      title: "Any Task",
      choiceLabel: "Task",
      summary: "Asks any of the model's tasks about an image, with the fields that the task needs.",
    }),
  ];
}
