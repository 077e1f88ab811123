import { fillSentence } from "./prompt.ts";
import { strip } from "./python-text.ts";
import { type Task, tasks } from "./tasks.ts";

/** The prompt for one text, or the reason why the reference raises an error. */
export type ReferencePrompt =
  | { readonly ok: true; readonly prompt: string }
  /** A text contains more than the token of a task without input: `<OCR> please`. */
  | { readonly ok: false; readonly refusal: "task-token-not-alone"; readonly token: string };

const rows: readonly Task[] = Object.values(tasks);
const withoutInput = rows.filter(({ input }) => input === "none");
const withInput = rows.filter(({ input }) => input !== "none");

function constructPrompt(text: string): ReferencePrompt {
  const bare = withoutInput.find(({ token }) => text.includes(token));
  if (bare !== undefined) {
    if (text === bare.token) return { ok: true, prompt: bare.sentence };
    return { ok: false, refusal: "task-token-not-alone", token: bare.token };
  }
  const row = withInput.find(({ token }) => text.includes(token));
  if (row === undefined) return { ok: true, prompt: text };
  return { ok: true, prompt: fillSentence(row.sentence, strip(text.replaceAll(row.token, ""))) };
}

/**
 * Converts texts with task tokens (`<OPEN_VOCABULARY_DETECTION>a cat`) to prompts, as Hugging Face's processor does. A text
 * without a task token is its own prompt. Each result depends only on its own text.
 */
export function constructPrompts(texts: readonly string[]): readonly ReferencePrompt[] {
  return texts.map(constructPrompt);
}
