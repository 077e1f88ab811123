import piece from "../../integrations/activepieces/package.json" with { type: "json" };
import { type AnswerField, answerFields } from "./answer-fields.ts";
import { noCodeActions } from "./actions.ts";
import type { NoCodeField } from "./fields.ts";
import { constantText, GENERATED, IMAGE_LIMIT } from "./module-text.ts";
import { noCodeTasks } from "./tasks.ts";

/** A field as the piece's own code reads it, which makes a property of the framework of it. The answer is always flat with corners, so what is about its form is left out. */
function fieldRows(fields: readonly NoCodeField[]) {
  return fields
    .filter(({ place }) => place !== "form")
    .map(({ name, type, label, help, isRequired }) => ({
      name,
      isList: type === "texts",
      isNumber: type === "integer" || type === "number",
      label,
      help,
      isRequired,
    }));
}

/** A field of the answer in the framework's words. */
function outputField({ name, label, type, help }: AnswerField) {
  const described = help === "" ? {} : { description: help };
  return { key: name, label, ...(type !== "string" && { format: "number" }), ...described };
}

/** Returns the generated module of the piece for Activepieces: its actions, tasks and the fields of an answer. */
export function activepiecesModule(): string {
  const actions = noCodeActions().map(({ name, title, summary, choiceLabel, choices, fields, ...tasks }) => ({
    name,
    title,
    summary,
    choiceLabel,
    choices: choices.map((choice) => ({ label: choice.title, value: choice.name })),
    fields: fieldRows(fields),
    task: tasks.task,
    taskWithLabels: tasks.taskWithLabels,
  }));
  const tasks = noCodeTasks().map(({ name, path, fields }) => ({ name, path, fields: fieldRows(fields) }));
  return `${GENERATED}import type { ActionRow, AnswerFieldRow, TaskRow } from "./rows";

/** The piece's version. */
export const VERSION = "${piece.version}";

${IMAGE_LIMIT}
/** The actions, in the order in which they are shown. */
${constantText("actions", "ActionRow", actions)}
/** The API's tasks. */
${constantText("tasks", "TaskRow", tasks)}
/** The fields of every answer. */
${constantText("answerFields", "AnswerFieldRow", answerFields().map(outputField))}`;
}
