import type { Field } from "./form.ts";
import { invalidRequest } from "./invalid-request.ts";
import { MAX_PARTS } from "./multipart/parts.ts";

/** Maximum number of fields of a query or an urlencoded form: as many as a multipart form may have parts. */
export const MAX_FIELDS = MAX_PARTS;

/** Parses the fields of a query or of a form. Throws `invalid-request` if there are more than `MAX_FIELDS`. */
export function parseFields(text: string): readonly Field[] {
  if (text.split("&", MAX_FIELDS + 1).length <= MAX_FIELDS) return [...new URLSearchParams(text)];
  throw invalidRequest("", `Send at most ${MAX_FIELDS} fields.`);
}

/** How such a body begins: with a field's name. JSON, a URL and a multipart form begin otherwise. */
const START = /^(?!--)[\w.[\]%+-]*=/u;

/** The text of a body; `undefined` if it is not UTF-8. */
function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return undefined;
  }
}

/**
 * Parses an application/x-www-form-urlencoded body. Returns `undefined` for a body that is none: curl gives this content type to any body
 * (`-d`, `--data-binary`). Throws as `parseFields` does.
 */
export function parseUrlEncoded(body: Uint8Array): readonly Field[] | undefined {
  const text = textOf(body)?.trim();
  return text !== undefined && START.test(text) ? parseFields(text) : undefined;
}
