import type { FieldChoiceWithLabel, PlainInputField } from "zapier-platform-core";

/** A task of the API. */
export interface TaskRow {
  readonly name: string;
  readonly path: string;
  /** The fields of the task besides the image. */
  readonly inputFields: readonly PlainInputField[];
  /** A flat answer. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** An action, and how its task is chosen. */
export interface ActionRow {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly choiceLabel: string;
  /** The tasks to choose from. None: there is no field for the task. */
  readonly choices: readonly FieldChoiceWithLabel[];
  /** The task if none is chosen; left out if one must be chosen. */
  readonly task?: string;
  /** The task if there are labels. */
  readonly taskWithLabels?: string;
  readonly inputFields: readonly PlainInputField[];
  readonly exampleTask: string;
}
