import type { FormattedAnswer } from "../contract/answers.ts";
import type { JsonForm } from "../contract/forms.ts";
import { checkSchema } from "./json-schema.ts";
import type { ContentFormat } from "./response-format.ts";

/** Between the labels of objects, and between the lines of a text that was read. */
const SEPARATORS = { boxes: ", ", polygons: ", ", quads: "\n" } as const;

/** The answer in words: a text, the labels of objects, or the lines that were read. */
function wordsOf(answer: FormattedAnswer): string {
  if (answer.type === "text") return answer.text;
  return answer.objects.map(({ label }) => label).join(SEPARATORS[answer.type]);
}

function isFormatted(form: JsonForm): form is FormattedAnswer {
  return "type" in form && (form.type === "text" || Object.hasOwn(SEPARATORS, form.type));
}

/** Whether the content is the text that the model generates, so that it can be sent in parts. */
export function isTextContent({ kind }: ContentFormat): boolean {
  return kind === "default" || kind === "text";
}

/**
 * The content of a message, which stands alone: many clients drop all members of a message that OpenAI does not have. A text is itself; every other answer is JSON, or its words
 * if the caller wants text. Throws `unsupported-schema`.
 */
export function contentOf(form: JsonForm, format: ContentFormat): string {
  if (isFormatted(form) && isTextContent(format) && (form.type === "text" || format.kind === "text")) {
    return wordsOf(form);
  }
  if (format.kind === "schema") checkSchema(format.schema, form);
  return JSON.stringify(form);
}

/** Numbers of tokens; zeros for a form that does not tell them. */
export function tokensOf(form: JsonForm): { readonly prompt: number; readonly completion: number } {
  const counts = "usage" in form ? form.usage : form;
  const numberOf = (name: string): number => {
    const value: unknown = Reflect.get(Object(counts), name);
    return typeof value === "number" ? value : 0;
  };
  return { prompt: numberOf("prompt_tokens"), completion: numberOf("completion_tokens") };
}

/** Whether the answer reached its token limit. */
export function isCut(form: JsonForm): boolean {
  return "finish_reason" in form && form.finish_reason === "length";
}
