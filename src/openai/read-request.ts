import type { JsonObject } from "../contract/json-object.ts";
import type { DialectRequest, TaskTranslation } from "../contract/dialect.ts";
import { Problem } from "../contract/problems.ts";
import { findTask } from "./find-task.ts";
import { modelOf, type NamedTask } from "./models.ts";
import { optionsAmong } from "./parameters.ts";
import { type Sent } from "./read-messages.ts";
import { invalidParameter } from "../contract/parameter-problems.ts";
import type { ContentFormat } from "./response-format.ts";

/** What a request asks for beside the task. */
export interface Asked {
  readonly format: ContentFormat;
  /** The model's name, which answers repeat. */
  readonly model: string;
  /** Whether a stream tells the numbers of tokens at its end. */
  readonly includesUsage: boolean;
}

/** A request before its task is known. */
export interface Question {
  readonly given: JsonObject;
  readonly sent: Sent;
  /** The parameter with the messages. */
  readonly path: string;
}

/** The names of the options that a message's text is, by what a task takes. */
const INPUT_OPTIONS = { text: "text", labels: "text", region: "region" } as const;

function inputOption({ input }: NamedTask, text: string, options: JsonObject, path: string): JsonObject {
  if (text === "" || input === "none") return {};
  const name = INPUT_OPTIONS[input];
  if (options[name] !== undefined) {
    throw invalidParameter(path, `The text of the message and \`${name}\` are the same option: send one.`);
  }
  return { [name]: text };
}

/** Finds the task of a request, and the JSON body that asks the same at the task's own path. Throws `Problem`. */
export function bodyOf(
  tasks: readonly NamedTask[],
  { given, sent: { text, image }, path }: Question,
): Pick<TaskTranslation, "task" | "given"> & { readonly model: string } {
  const { model } = given;
  const { task, input } = findTask(tasks, { model, text, path });
  const options = optionsAmong(given);
  if (image === undefined) {
    throw new Problem(
      "image-required",
      "Send the image as an https URL or a data URI in a part of the user's message.",
      {
        issues: [{ path, message: "The message has no image." }],
      },
    );
  }
  const body = { ...options, ...inputOption(task, input, options, path), image };
  return { task: task.name, given: body, model: typeof model === "string" ? model : modelOf(task) };
}

/** The JSON bodies of a request: as it counts, and as it was sent. */
export function jsonOf({ body }: DialectRequest): { readonly given: JsonObject; readonly sent: JsonObject } {
  if (body.kind === "json") return body;
  throw invalidParameter("", "Send one JSON object.");
}
