import * as fc from "fast-check";
import { joinBytes } from "./image-bytes.ts";
import { latin1 } from "./text-bytes.ts";

/** Line breaks and the boundary of a form. */
export interface Layout {
  readonly boundary: string;
  readonly lineBreak: string;
}

/** Boundaries that RFC 2046, 5.1.1 allows, and the line breaks that senders use. */
export const layout: fc.Arbitrary<Layout> = fc.record({
  boundary: fc.oneof(
    fc.constantFrom(
      "B",
      "-",
      "--",
      "----WebKitFormBoundary7MA4YWxkTrZu0gW",
      "=_Part (1)",
      "a".repeat(70),
      "'()+_,./:=?",
    ),
    fc.string({ unit: fc.constantFrom(...Array.from("aZ09-_'()+,./:=?")), minLength: 1, maxLength: 70 }),
  ),
  // Python's `email` writes line feeds.
  lineBreak: fc.constantFrom("\r\n", "\r\n", "\n"),
});

/** Pieces that a wrong parser takes for a delimiter, and any bytes. */
function hazards({ boundary }: Layout): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const pieces = [
    "\r",
    "\n",
    "\r\n",
    "--",
    `--${boundary}`,
    `${boundary}x`,
    boundary.slice(0, -1),
    " ",
    "\t",
    "\0",
    "\xff",
  ];
  const piece = fc.oneof(
    fc.constantFrom(...pieces).map(latin1),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => new Uint8Array(bytes)),
  );
  return fc.array(piece, { maxLength: 12 }).map((parts) => joinBytes(...parts));
}

/** Whether a delimiter line is in these lines; written apart from the parser, as a regular expression. */
function hasDelimiter(bytes: Uint8Array, { boundary, lineBreak }: Layout): boolean {
  const text = String.fromCharCode(...bytes);
  const escaped = Array.from(boundary, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`).join("");
  return new RegExp(`${lineBreak}--${escaped}(?:--|[ \\t]*${lineBreak})`, "u").test(text);
}

/** Contents that no delimiter line is in, even with the line breaks around them. */
export function content(form: Layout): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const around = latin1(form.lineBreak);
  return hazards(form).filter((bytes) => !hasDelimiter(joinBytes(around, bytes, around), form));
}

/** What precedes the first delimiter: nothing, or lines that are no delimiter, whatever their line breaks. */
function preamble(form: Layout): fc.Arbitrary<Uint8Array> {
  const lines = fc.oneof(
    fc.constantFrom("", "This is a multi-part message in MIME format.").map(latin1),
    hazards(form),
  );
  const isPreamble = (bytes: Uint8Array): boolean => {
    // The line break of the first delimiter is not known before it: a line that ends in CRLF may follow one that ends in a line feed.
    const lineFeeds = String.fromCharCode(...bytes).replaceAll("\r\n", "\n");
    return !hasDelimiter(latin1(`\n${lineFeeds}\n`), { ...form, lineBreak: "\n" });
  };
  const withEnd = lines.filter(isPreamble).map((bytes) => joinBytes(bytes, latin1(form.lineBreak)));
  return fc.oneof({ weight: 2, arbitrary: fc.constant(new Uint8Array()) }, withEnd);
}

const padding = fc.constantFrom("", "", " ", "\t", " \t  ");

/** A part's header and content. */
export type PartBytes = readonly [header: string, content: Uint8Array<ArrayBuffer>];

/** A form in its wire format. */
export interface WireForm {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

function encoded(form: Layout, parts: readonly PartBytes[], paddings: readonly string[]): Uint8Array<ArrayBuffer> {
  const { boundary, lineBreak } = form;
  const chunks = parts.flatMap(([header, data], index) => [
    latin1(`--${boundary}${paddings[index] ?? ""}${lineBreak}${header}${header === "" ? "" : lineBreak}${lineBreak}`),
    data,
    latin1(lineBreak),
  ]);
  return joinBytes(...chunks, latin1(`--${boundary}--${paddings.at(-1) ?? ""}`));
}

/** Generates what surrounds the parts of a form: preamble, epilogue, padding, the quotes of the boundary. */
export function framing(form: Layout): fc.Arbitrary<(parts: readonly PartBytes[]) => WireForm> {
  return fc
    .record({
      before: preamble(form),
      after: fc.oneof(fc.constant(new Uint8Array()), hazards(form)),
      paddings: fc.array(padding, { minLength: 6, maxLength: 6 }),
      isQuoted: fc.boolean(),
    })
    .map(({ before, after, paddings, isQuoted }) => (parts) => {
      const boundary = isQuoted || /[^\w-]/u.test(form.boundary) ? `"${form.boundary}"` : form.boundary;
      return {
        contentType: `multipart/form-data; boundary=${boundary}`,
        body: joinBytes(before, encoded(form, parts, paddings), latin1(form.lineBreak), after),
      };
    });
}
