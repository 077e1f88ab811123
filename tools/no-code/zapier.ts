import { type AnswerField, answerFields } from "./answer-fields.ts";
import { type NoCodeAction, noCodeActions, type TaskChoice } from "./actions.ts";
import type { FieldType, NoCodeField } from "./fields.ts";
import { constantText, GENERATED, IMAGE_LIMIT } from "./module-text.ts";
import { noCodeTasks } from "./tasks.ts";

/** Zapier's types of fields. A list is a field of single values that may be repeated. */
const zapierTypes = {
  text: { type: "string" },
  texts: { type: "string", list: true },
  box: { type: "string" },
  integer: { type: "integer" },
  number: { type: "number" },
  choice: { type: "string" },
  choices: { type: "string", list: true },
} as const satisfies Readonly<Record<FieldType, object>>;

function inputField({ name, type, isRequired, label, help, example, choices }: NoCodeField) {
  const shown = choices?.map((value) => ({ value, sample: value, label: value }));
  const range = { ...(example !== undefined && { placeholder: example }), ...(shown && { choices: shown }) };
  return { key: name, label, helpText: help, ...zapierTypes[type], required: isRequired, ...range };
}

/** The answer is always flat with corners, so what is about its form is left out. */
function inputFields(fields: readonly NoCodeField[]) {
  return fields.filter(({ place }) => place !== "form").map(inputField);
}

function outputField({ name, type, label }: AnswerField) {
  return { key: name, label, type };
}

const choiceOf = ({ name, title }: TaskChoice) => ({ value: name, sample: name, label: title });

function actionRow({ name, title, summary, choiceLabel, choices, fields, ...tasks }: NoCodeAction) {
  return {
    key: name,
    label: title,
    description: summary,
    choiceLabel,
    choices: choices.map(choiceOf),
    inputFields: inputFields(fields),
    ...tasks,
  };
}

/** Returns the generated module of the Zapier app: its actions, tasks and the fields of an answer. */
export function zapierModule(): string {
  const tasks = noCodeTasks().map(({ name, path, fields, example }) => ({
    name,
    path,
    inputFields: inputFields(fields),
    example,
  }));
  return `${GENERATED}import type { PlainOutputField } from "zapier-platform-core";
import type { ActionRow, TaskRow } from "./rows.js";

${IMAGE_LIMIT}
/** The actions, in the order in which they are shown. */
${constantText("actions", "ActionRow", noCodeActions().map(actionRow))}
/** The API's tasks. */
${constantText("tasks", "TaskRow", tasks)}
/** The fields of every answer. */
${constantText("answerFields", "PlainOutputField", answerFields().map(outputField))}`;
}
