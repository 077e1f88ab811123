import { fillSentence } from "./prompt.ts";
import { strip } from "./python-text.ts";
import { type Task, tasks } from "./tasks.ts";

/** The prompt for one text, or the reason why the reference raises an error. */
export type ReferencePrompt =
  | { readonly ok: true; readonly prompt: string }
  /** A task that takes no input has company: `<OCR> please`. */
  | { readonly ok: false; readonly refusal: "task-token-not-alone"; readonly token: string };

const rows: readonly Task[] = Object.values(tasks);
const withoutInput = rows.filter(({ input }) => input === "none");
const withInput = rows.filter(({ input }) => input !== "none");

function constructPrompt(text: string): ReferencePrompt {
  const alone = withoutInput.find(({ token }) => text.includes(token));
  if (alone !== undefined) {
    if (text === alone.token) return { ok: true, prompt: alone.sentence };
    return { ok: false, refusal: "task-token-not-alone", token: alone.token };
  }
  const row = withInput.find(({ token }) => text.includes(token));
  if (row === undefined) return { ok: true, prompt: text };
  return { ok: true, prompt: fillSentence(row.sentence, strip(text.replaceAll(row.token, ""))) };
}

/**
 * Texts that begin with task tokens (`<OPEN_VOCABULARY_DETECTION>a cat`) → prompts, as Hugging Face's processor makes them:
 * a text without a task's token is its own prompt. Each result depends on its own text only.
 */
export function constructPrompts(texts: readonly string[]): readonly ReferencePrompt[] {
  return texts.map(constructPrompt);
}
