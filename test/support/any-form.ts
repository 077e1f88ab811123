import * as fc from "fast-check";
import { joinBytes } from "./image-bytes.ts";

/** The bytes of a text in Latin-1. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A form in its wire format, and what was put in. */
export interface AnyForm {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly files: readonly Uint8Array[];
  readonly fields: readonly (readonly [string, string])[];
}

/** Line breaks and the boundary of a form. */
interface Layout {
  readonly boundary: string;
  readonly lineBreak: string;
}

const layout: fc.Arbitrary<Layout> = fc.record({
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
function content(form: Layout): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const around = latin1(form.lineBreak);
  return hazards(form).filter((bytes) => !hasDelimiter(joinBytes(around, bytes, around), form));
}

/** What precedes the first delimiter: nothing, or lines that are no delimiter, whatever their line breaks. */
function preamble(form: Layout): fc.Arbitrary<Uint8Array> {
  const lines = fc.oneof(
    fc.constantFrom("", "This is a multi-part message in MIME format.").map(latin1),
    hazards(form),
  );
  const isPreamble = (bytes: Uint8Array): boolean =>
    ["\r\n", "\n"].every((lineBreak) => {
      const around = latin1(lineBreak);
      return !hasDelimiter(joinBytes(around, bytes, around), { ...form, lineBreak });
    });
  const withEnd = lines.filter(isPreamble).map((bytes) => joinBytes(bytes, latin1(form.lineBreak)));
  return fc.oneof({ weight: 2, arbitrary: fc.constant(new Uint8Array()) }, withEnd);
}

const padding = fc.constantFrom("", "", " ", "\t", " \t  ");

/** A header line's text without line breaks, in any bytes. */
const anyText = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => String.fromCharCode(...bytes).replaceAll(/[\r\n]/gu, "_"));

/** Spellings of a name: quoted, bare, and with escapes that need none. */
function spelled(name: string): fc.Arbitrary<string> {
  return fc.constantFrom(`name="${name}"`, `name=${name}`, `NAME = "${name}"`, `name="\\${name}"`);
}

/** Spellings of a file name: quoted, bare, not closed, RFC 5987 with valid and invalid bytes, RFC 2231, an encoded word. */
const fileName = fc
  .tuple(
    anyText,
    fc.constantFrom(
      'filename="@"',
      "filename=@",
      'filename="@',
      "filename*=UTF-8''@%FF%zz",
      "filename*0=@",
      'filename=""',
    ),
  )
  .map(([text, form]) => form.replace("@", () => text));

const typeLine = fc.constantFrom(
  "",
  "",
  "Content-Type: image/jpeg",
  "content-type:application/octet-stream",
  "Content-Type: text/plain",
);
const otherLines = fc.constantFrom(
  "",
  "Content-Length: 3",
  "X-Any: \xe4\xf6",
  "no colon",
  "Content-Transfer-Encoding: binary",
);
const disposition = fc.constantFrom(
  "Content-Disposition: form-data",
  "content-disposition:form-data",
  "CONTENT-DISPOSITION : attachment",
);

/** A part's header and content. */
type PartBytes = readonly [header: string, content: Uint8Array<ArrayBuffer>];

function headerOf({ lineBreak }: Layout, lines: readonly string[], isFolded: boolean): string {
  const header = lines.filter((line) => line !== "").join(lineBreak);
  return isFolded ? header.replaceAll("; ", `;${lineBreak}\t`) : header;
}

function filePart(form: Layout): fc.Arbitrary<PartBytes> {
  const bytes = content(form).filter(({ length }) => length > 0);
  return fc
    .tuple(disposition, spelled("image"), fileName, typeLine, otherLines, fc.boolean(), fc.boolean(), bytes)
    .map(([start, name, file, type, other, isFolded, isFirst, data]) => {
      const parameters = isFirst ? `${start}; ${file}; ${name}` : `${start}; ${name}; ${file}`;
      return [headerOf(form, [other, parameters, type], isFolded), data];
    });
}

/** A file without a file name or a type, or without any header: bytes that are no text. */
function barePart(form: Layout): fc.Arbitrary<PartBytes> {
  const header = fc.constantFrom(
    "",
    'Content-Disposition: form-data; name="image"',
    "Content-Disposition: form-data; name=data",
  );
  const start = fc.constantFrom("\xff\xd8\xff", "GIF89a\x01\0").map(latin1);
  return fc.tuple(header, start, content(form)).map(([line, first, data]) => [line, joinBytes(first, data)]);
}

const names = ["text", "labels", "beams", "any"] as const;

function fieldPart(form: Layout): fc.Arbitrary<readonly [PartBytes, readonly [string, string]]> {
  const text = fc
    .string({ unit: "grapheme", maxLength: 12 })
    .filter((each) => !each.includes("\0") && each.isWellFormed());
  const type = fc.constantFrom("", "", "Content-Type: text/plain", "Content-Type: text/plain; charset=UTF-8");
  return fc
    .constantFrom(...names)
    .chain((name) => fc.tuple(fc.constant(name), spelled(name), text, type, fc.boolean()))
    .map(([name, spelling, value, typeOf, isFolded]) => {
      const header = headerOf(form, [`Content-Disposition: form-data; ${spelling}`, typeOf], isFolded);
      // A byte order mark is left out.
      return [
        [header, new TextEncoder().encode(value)],
        [name, value.replace(/^\uFEFF/u, "")],
      ];
    });
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

/** Forms in every encoding that senders use: line breaks, preambles, epilogues, paddings, names, file names in any bytes, missing types. */
export const anyForm: fc.Arbitrary<AnyForm> = layout.chain((form) => {
  const files = fc.array(fc.oneof(filePart(form), barePart(form)), { maxLength: 2 });
  const fields = fc.array(fieldPart(form), { maxLength: 3 });
  const paddings = fc.array(padding, { minLength: 6, maxLength: 6 });
  return fc
    .tuple(
      files,
      fields,
      preamble(form),
      fc.oneof(fc.constant(new Uint8Array()), hazards(form)),
      paddings,
      fc.boolean(),
    )
    .map(([fileParts, fieldParts, before, after, pads, isQuoted]): AnyForm => {
      const parts = [...fieldParts.map(([part]) => part), ...fileParts];
      const boundary = isQuoted || /[^\w-]/u.test(form.boundary) ? `"${form.boundary}"` : form.boundary;
      return {
        contentType: `multipart/form-data; boundary=${boundary}`,
        body: joinBytes(before, encoded(form, parts, pads), latin1(form.lineBreak), after),
        files: fileParts.map(([, data]) => data),
        fields: fieldParts.map(([, field]) => field),
      };
    });
});
