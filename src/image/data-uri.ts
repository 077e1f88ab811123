import { decodeBase64 } from "./base64.ts";
import { escapedByteAt } from "./percent.ts";

/** What precedes the data of a data URI: its media type and its parameters. */
const START = /^\s*data:(?<type>[^,]*),/iu;

/** The parameter that says that the data are base64. */
const BASE64 = /;\s*base64\s*$/iu;

/** Characters that URLs ignore. */
const ignored: ReadonlySet<number> = new Set(["\t", "\n", "\r"].map((character) => character.charCodeAt(0)));

function countEscapes(text: string): number {
  let count = 0;
  for (let at = text.indexOf("%"); at !== -1; at = text.indexOf("%", at + 1)) {
    if (escapedByteAt(text, at) !== undefined) count += 1;
  }
  return count;
}

/** Decodes percent-encoded bytes. A percent sign that escapes nothing is itself. Returns `undefined` for a text with characters outside of ASCII. */
function percentDecode(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length - 2 * countEscapes(text));
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const escaped = escapedByteAt(text, index);
    const byte = escaped ?? text.charCodeAt(index);
    if (escaped === undefined && byte > 0x7f) return undefined;
    if (escaped !== undefined) index += 2;
    else if (ignored.has(byte)) continue;
    bytes[length] = byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}

/** A file that was sent as text, not decoded. */
export interface FileText {
  /** The text without a data URI's start and fragment. A slice, which is no copy. */
  readonly data: string;
  /** Whether characters of `data` are percent-encoded: only a data URI's can be. */
  readonly isEscaped: boolean;
  /** Whether `data` can only be base64: outside of a data URI, or after its parameter. */
  readonly isBase64: boolean;
}

/** Finds the data in a text that is base64 or a data URI. Any other text counts as base64. */
export function fileTextOf(text: string): FileText {
  const start = START.exec(text);
  if (start === null) return { data: text, isEscaped: false, isBase64: true };
  const fragment = text.indexOf("#", start[0].length);
  const data = text.slice(start[0].length, fragment === -1 ? undefined : fragment);
  return { data, isEscaped: data.includes("%"), isBase64: BASE64.test(start.groups?.["type"] ?? "") };
}

/**
 * Decodes base64 or the data of a data URI (RFC 2397), as browsers read it (Fetch, "data: URL processor"): they may be percent-encoded, with base64
 * or without. Base64 is also accepted without its parameter. Returns `undefined` for any other text.
 */
export function decodeFileText({ data, isEscaped, isBase64 }: FileText): Uint8Array | undefined {
  const bytes = decodeBase64(data, { isPercentEncoded: isEscaped });
  return bytes !== undefined || isBase64 ? bytes : percentDecode(data.trimEnd());
}
