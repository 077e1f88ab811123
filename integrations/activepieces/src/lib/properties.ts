import { type InputPropertyMap, Property } from "@activepieces/pieces-framework";
import { MAX_IMAGE_BYTES, tasks } from "./generated";
import type { ActionRow, FieldRow } from "./rows";

function propertyOf({ label, help, isRequired, isList, isNumber }: FieldRow) {
  const texts = { displayName: label, description: help, required: isRequired };
  if (isList) return Property.Array(texts);
  return isNumber ? Property.Number(texts) : Property.ShortText(texts);
}

/** Returns the properties of fields by their names. */
export function propertiesOf(fields: readonly FieldRow[]): InputPropertyMap {
  return Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)]));
}

/** The file that every action needs. */
export const imageProperty = Property.File({
  displayName: "Image",
  description: `A JPEG, PNG, WebP or GIF file of an earlier step, or the address of one. At most ${MAX_IMAGE_BYTES / 1024 / 1024} MiB.`,
  required: true,
});

/** The choice of a task, if the action has one. */
export function taskProperties({ choiceLabel, choices, task }: ActionRow): InputPropertyMap {
  if (choices.length === 0) return {};
  const property = Property.StaticDropdown<string>({
    displayName: choiceLabel,
    required: task === undefined,
    options: { options: [...choices] },
    ...(task !== undefined && { defaultValue: task }),
  });
  return { task: property };
}

/** The name of the property that holds the fields of the chosen task. */
export const OPTIONS = "options";

/** The fields of the task that is chosen in the property `task`. */
export const optionsProperty = Property.DynamicProperties({
  auth: undefined,
  displayName: "Options",
  required: false,
  refreshers: ["task"],
  props: async ({ task }) => propertiesOf(tasks.find(({ name }) => name === task)?.fields ?? []),
});
