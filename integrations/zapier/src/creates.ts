import type { Bundle, Create, PlainInputField } from "zapier-platform-core";
import { ask } from "./ask.js";
import { actions, answerFields, tasks } from "./generated.js";
import { MAX_IMAGE_MIB } from "./image.js";
import type { ActionRow } from "./rows.js";

const imageField = {
  key: "image",
  label: "Image",
  type: "file",
  required: true,
  helpText: `A JPEG, PNG, WebP or GIF file of an earlier step, or the address of one. At most ${MAX_IMAGE_MIB} MiB.`,
} as const satisfies PlainInputField;

/** An id of an answer, for the sample. */
const EXAMPLE_ID = "3f6c2a52-6d0c-4a0f-9b3e-0a1b8f3d7c11";

/** The field for the task: with all tasks, it decides which fields follow. */
function taskField({ choiceLabel, choices, task }: ActionRow): PlainInputField {
  return {
    key: "task",
    label: choiceLabel,
    type: "string",
    choices: [...choices],
    required: task === undefined,
    ...(task === undefined ? { altersDynamicFields: true } : { default: task }),
  };
}

const fieldsOfTask = (_z: unknown, { inputData }: Bundle): PlainInputField[] => [
  ...(tasks.find(({ name }) => name === inputData["task"])?.inputFields ?? []),
];

function createOf(action: ActionRow) {
  const { key, label, description, choices, inputFields, exampleTask } = action;
  const example = tasks.find(({ name }) => name === exampleTask)?.example;
  return {
    key,
    noun: "Image",
    display: { label, description },
    operation: {
      inputFields: [
        imageField,
        ...(choices.length > 0 ? [taskField(action)] : []),
        ...inputFields,
        ...(action.task === undefined ? [fieldsOfTask] : []),
      ],
      perform: (z, bundle) => ask(z, bundle, action),
      sample: { id: EXAMPLE_ID, ...example },
      outputFields: [{ key: "id", label: "Request ID", type: "string" }, ...answerFields],
    },
  } satisfies Create;
}

/** The app's actions by their keys. */
export const creates = Object.fromEntries(actions.map((action) => [action.key, createOf(action)]));
