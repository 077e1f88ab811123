import { Problem } from "../contract/problems.ts";
import { modelOf, MODEL, type NamedTask, unknownModel } from "./models.ts";
import { invalidParameter, unsupportedParameter } from "../contract/parameter-problems.ts";

/** A task, and the text or region that it is asked with; empty if there is none. */
export interface AskedTask {
  readonly task: NamedTask;
  readonly input: string;
}

/** What a request says of its task. */
interface Question {
  readonly model: unknown;
  /** All text of the last message, trimmed. */
  readonly text: string;
  /** The parameter that has the text. */
  readonly path: string;
}

const TASK_TOKEN = /^<(?<name>[A-Z_]+)>/u;

/** The task that the model names; undefined for the model without a task. */
function taskOfModel(tasks: readonly NamedTask[], model: unknown): NamedTask | undefined {
  if (model === undefined || model === MODEL) return undefined;
  if (typeof model !== "string") throw invalidParameter("model", "Send the name of a model.");
  const task = tasks.find((each) => modelOf(each) === model);
  if (task === undefined) throw unknownModel(model);
  return task;
}

/** The task whose token begins the text. */
function taskOfText(tasks: readonly NamedTask[], text: string): NamedTask | undefined {
  const [token] = TASK_TOKEN.exec(text) ?? [];
  return tasks.find((task) => task.token === token);
}

/** Texts that say the same as the task's name, and nothing more. */
function isTaskItself({ name, sentence, token }: NamedTask, text: string): boolean {
  return text === "" || text === sentence || text === name || text === token;
}

/**
 * Finds the task of a request: the model names it (`florence-2/caption`), or its token begins the text (`<CAPTION>`, `<OCR>`). The rest of the text is the task's text or
 * region. Throws `Problem` for a text that asks anything else: the model answers no questions, and a caption is no answer to one.
 */
export function findTask(tasks: readonly NamedTask[], { model, text, path }: Question): AskedTask {
  const [ofModel, ofText] = [taskOfModel(tasks, model), taskOfText(tasks, text)];
  const task = ofModel ?? ofText;
  if (task === undefined) {
    throw new Problem("task-required", "The model is named without a task, and the text begins with no task token.", {
      issues: [{ path: "model", message: "Name a task." }],
    });
  }
  if (ofModel !== undefined && ofText !== undefined && ofModel !== ofText) {
    throw invalidParameter(
      path,
      `The model is that of ${ofModel.name}, and the text begins with ${ofText.token}: name one task.`,
    );
  }
  const input = ofText === undefined ? text : text.slice(ofText.token.length).trim();
  if (task.input !== "none") return { task, input };
  if (isTaskItself(task, input)) return { task, input: "" };
  throw unsupportedParameter(
    path,
    `${task.name} takes no text, and Florence-2 answers tasks, not questions: send the image alone, or the text ${task.token}.`,
  );
}
