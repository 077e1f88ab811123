import type { OutputSchema } from "@activepieces/pieces-framework";

/** A field that a user may fill in. */
export interface FieldRow {
  readonly name: string;
  readonly isList: boolean;
  readonly isNumber: boolean;
  readonly label: string;
  readonly help: string;
  readonly isRequired: boolean;
}

/** A task of the API. */
export interface TaskRow {
  readonly name: string;
  readonly path: string;
  /** The fields of the task besides the image. */
  readonly fields: readonly FieldRow[];
}

/** An action, and how its task is chosen. */
export interface ActionRow {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly choiceLabel: string;
  /** The tasks to choose from. None: there is no field for the task. */
  readonly choices: readonly { readonly label: string; readonly value: string }[];
  readonly fields: readonly FieldRow[];
  /** The task if none is chosen; left out if one must be chosen. */
  readonly task?: string;
  /** The task if there are labels. */
  readonly taskWithLabels?: string;
}

/** A field of the answer. */
export type AnswerFieldRow = OutputSchema["fields"][number];
