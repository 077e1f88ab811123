import * as fc from "fast-check";
import { content, framing, type Layout, layout, type PartBytes, type WireForm } from "./any-form-layout.ts";
import { joinBytes } from "./image-bytes.ts";
import { latin1, utf8 } from "./text-bytes.ts";

/** A form, and what was put in. */
export interface AnyForm extends WireForm {
  readonly files: readonly Uint8Array[];
  readonly fields: readonly (readonly [string, string])[];
}

/** A field or a file to be sent in a form. */
export interface FormField {
  readonly name: string;
  readonly value: Uint8Array<ArrayBuffer>;
  readonly isFile: boolean;
}

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

function headerOf({ lineBreak }: Layout, lines: readonly string[], isFolded: boolean): string {
  const header = lines.filter((line) => line !== "").join(lineBreak);
  return isFolded ? header.replaceAll("; ", `;${lineBreak}\t`) : header;
}

/** Generates the header of a file. */
function fileHeader(form: Layout, name: string): fc.Arbitrary<string> {
  return fc
    .tuple(disposition, spelled(name), fileName, typeLine, otherLines, fc.boolean(), fc.boolean())
    .map(([start, spelling, file, type, other, isFolded, isFirst]) => {
      const parameters = isFirst ? `${start}; ${file}; ${spelling}` : `${start}; ${spelling}; ${file}`;
      return headerOf(form, [other, parameters, type], isFolded);
    });
}

/** Generates the header of a field. */
function fieldHeader(form: Layout, name: string): fc.Arbitrary<string> {
  const type = fc.constantFrom("", "", "Content-Type: text/plain", "Content-Type: text/plain; charset=UTF-8");
  return fc
    .tuple(spelled(name), type, fc.boolean())
    .map(([spelling, typeOf, isFolded]) =>
      headerOf(form, [`Content-Disposition: form-data; ${spelling}`, typeOf], isFolded),
    );
}

function filePart(form: Layout): fc.Arbitrary<PartBytes> {
  return fc.tuple(
    fileHeader(form, "image"),
    content(form).filter(({ length }) => length > 0),
  );
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
  return fc
    .constantFrom(...names)
    .chain((name) => fc.tuple(fc.constant(name), fieldHeader(form, name), text))
    .map(([name, header, value]) => [
      [header, utf8(value)],
      // A byte order mark is left out.
      [name, value.replace(/^\uFEFF/u, "")],
    ]);
}

/** Forms in every encoding that senders use: line breaks, preambles, epilogues, paddings, names, file names in any bytes, missing types. */
export const anyForm: fc.Arbitrary<AnyForm> = layout.chain((form) => {
  const files = fc.array(fc.oneof(filePart(form), barePart(form)), { maxLength: 2 });
  const fields = fc.array(fieldPart(form), { maxLength: 3 });
  return fc.tuple(files, fields, framing(form)).map(([fileParts, fieldParts, wire]): AnyForm => ({
    ...wire([...fieldParts.map(([part]) => part), ...fileParts]),
    files: fileParts.map(([, data]) => data),
    fields: fieldParts.map(([, field]) => field),
  }));
});

/** These fields as a form in the same encodings. Nothing makes sure that no value has a delimiter line in it. */
export function formOf(fields: readonly FormField[]): fc.Arbitrary<WireForm> {
  return layout.chain((form) => {
    const parts = fields.map(({ name, value, isFile }) =>
      (isFile ? fileHeader : fieldHeader)(form, name).map((header): PartBytes => [header, value]),
    );
    return fc.tuple(fc.tuple(...parts), framing(form)).map(([list, wire]) => wire(list));
  });
}
