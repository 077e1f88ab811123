import type { Field } from "./form.ts";

/** How such a body begins: with a field's name. JSON, a URL and a multipart form begin otherwise. */
const START = /^(?!--)[\w.[\]%+-]*=/u;

/**
 * Parses an application/x-www-form-urlencoded body. Returns `undefined` for a body that is none: curl gives this content type to any body
 * (`-d`, `--data-binary`).
 */
export function parseUrlEncoded(body: Uint8Array): readonly Field[] | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body).trim();
    return START.test(text) ? [...new URLSearchParams(text)] : undefined;
  } catch {
    return undefined;
  }
}
