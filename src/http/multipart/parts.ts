import { type Delimiter, findDelimiters } from "./delimiters.ts";

/** Maximum number of parts of a form: an image, the largest number of labels (`contract/requests.ts`), and the other options. */
export const MAX_PARTS = 100;

/** Largest header of a part in bytes: its name, file name and type. */
export const MAX_PART_HEADER_BYTES = 4096;

/** One part. Both are views of the body, without a copy. */
export interface Part {
  /** Its header lines, without the empty line that ends them. */
  readonly header: Uint8Array;
  readonly content: Uint8Array;
}

/** Index of two successive line breaks in a body, from `from` to before `to`; -1 if there are none. */
function findEmptyLine(body: Uint8Array, from: number, to: number, lineBreakBytes: number): number {
  const pattern = lineBreakBytes === 2 ? "\r\n\r\n" : "\n\n";
  // Latin-1 keeps one character for each byte.
  const text = String.fromCharCode(...body.subarray(from, to));
  const index = text.indexOf(pattern);
  return index === -1 ? -1 : from + index;
}

/** Why a body has no parts, as one sentence. */
export interface MultipartFailure {
  readonly failure: string;
}

/** The part between two delimiters. The line break of either may be half of the empty line: a part needs no header, and no content. */
function partBetween(body: Uint8Array, before: Delimiter, after: Delimiter): Part | MultipartFailure {
  const { end, lineBreakBytes } = before;
  if (after.lineStart === end) return { header: body.subarray(end, end), content: body.subarray(end, end) };
  const longest = end + MAX_PART_HEADER_BYTES + 2 * lineBreakBytes;
  const emptyLine = findEmptyLine(body, end - lineBreakBytes, Math.min(after.lineStart, longest), lineBreakBytes);
  if (emptyLine !== -1) {
    const content = Math.min(emptyLine + 2 * lineBreakBytes, after.start);
    return { header: body.subarray(end, emptyLine), content: body.subarray(content, after.start) };
  }
  return after.lineStart > longest
    ? { failure: `A part's header has more than ${MAX_PART_HEADER_BYTES} bytes.` }
    : { failure: "A part's header does not end with an empty line." };
}

/** Splits a multipart body into its parts. */
export function splitParts(body: Uint8Array, boundary: string): readonly Part[] | MultipartFailure {
  const parts: Part[] = [];
  let open: Delimiter | undefined;
  for (const delimiter of findDelimiters(body, boundary)) {
    const part = open && partBetween(body, open, delimiter);
    if (part !== undefined && "failure" in part) return part;
    if (part !== undefined) parts.push(part);
    if (parts.length > MAX_PARTS) return { failure: `The form has more than ${MAX_PARTS} parts.` };
    open = delimiter;
  }
  if (open === undefined) return { failure: `The form has no line --${boundary}.` };
  return open.isLast ? parts : { failure: `The form ends before its last line, --${boundary}--.` };
}
