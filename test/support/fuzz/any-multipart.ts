import * as fc from "fast-check";
import { joinBytes } from "../image-bytes.ts";
import { byteChange } from "./byte-changes.ts";
import { type Bytes, latin1, utf8 } from "./bytes.ts";
import { type Labelled, seldom, weighted } from "./labelled.ts";
import {
  boundaries,
  dispositions,
  fieldValues,
  fileParameters,
  formTypes,
  framing,
  headLines,
  nameParameters,
  partTypes,
} from "./multipart-spellings.ts";

/** A form: its body, and the content type that names its boundary. */
export interface Form {
  readonly type: string;
  readonly body: Bytes;
}

/** A field of a form, spelled as in a query, or a file. */
export interface FormField {
  readonly name: string;
  readonly value: Uint8Array;
  readonly isFile: boolean;
}

interface Part {
  readonly head: Uint8Array;
  readonly value: Uint8Array;
}

interface Spellings {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

/** An invalid spelling in 1 of 25 cases. */
const spelled = ({ valid, invalid }: Spellings): fc.Arbitrary<string> =>
  seldom(25, seldom(2, fc.constant(valid[0] ?? ""), fc.constantFrom(...valid)), fc.constantFrom(...invalid));

/** The first of a list but for 1 of `times` cases. */
const first = (times: number, values: readonly string[]): fc.Arbitrary<string> =>
  seldom(times, fc.constant(values[0] ?? ""), fc.constantFrom(...values));

const optional = (times: number, values: readonly string[]): fc.Arbitrary<string | undefined> =>
  seldom<string | undefined>(times, fc.constant(undefined), fc.constantFrom(...values));

const fileHead = fc.record({
  disposition: spelled(dispositions),
  name: spelled(nameParameters),
  file: seldom<string | undefined>(8, fc.constantFrom(...fileParameters), fc.constant(undefined)),
  type: seldom<string | undefined>(8, first(3, partTypes.file), fc.constant(undefined)),
  other: optional(12, headLines),
});
const fieldHead = fc.record({
  disposition: spelled(dispositions),
  name: spelled(nameParameters),
  file: optional(20, fileParameters),
  type: optional(6, partTypes.field),
  other: optional(12, headLines),
});

/** The head of a part. */
function headOf({ name: fieldName, isFile }: FormField): fc.Arbitrary<Uint8Array> {
  return (isFile ? fileHead : fieldHead).map(({ disposition, name, file, type, other }) => {
    const parameters = [disposition, name.replaceAll("NAME", () => fieldName), file];
    const lines = [parameters.filter(Boolean).join("; "), type === undefined ? undefined : `Content-Type: ${type}`, other];
    return latin1(lines.filter((line) => line !== undefined).join("\r\n"));
  });
}

function partOf(field: FormField): fc.Arbitrary<Part> {
  const own = fc.constant(field.value);
  const value = field.isFile ? own : seldom<Uint8Array>(12, own, fc.constantFrom(...fieldValues).map(latin1));
  return fc.record({ head: headOf(field), value });
}

const frame = fc.record({
  boundary: spelled(boundaries),
  type: spelled(formTypes),
  lineEnd: first(15, framing.lineEnds),
  preamble: first(6, framing.preambles),
  epilogue: first(6, framing.epilogues),
  closing: first(12, framing.closings),
  padding: first(12, framing.paddings),
  /** What parts a head from its value: an empty line, seldom none. */
  isParted: seldom(30, fc.constant(true), fc.constant(false)),
});
type Frame = typeof frame extends fc.Arbitrary<infer Value> ? Value : never;

/** The characters of a boundary that needs no quotes in a header. */
const TOKEN = /^[\w.'+-]+$/u;

function formOf(parts: readonly Part[], { boundary, type, lineEnd, padding, isParted, ...around }: Frame): Form {
  const blank = isParted ? lineEnd + lineEnd : lineEnd;
  const bodies = parts.map(({ head, value }) =>
    joinBytes(latin1(`--${boundary}${padding}${lineEnd}`), head, latin1(blank), value, latin1(lineEnd)),
  );
  const end = latin1(`--${boundary}${around.closing}${around.epilogue}`);
  const written = TOKEN.test(boundary) || type.includes('"') ? boundary : `"${boundary}"`;
  return {
    type: type.replace("BOUNDARY", () => written),
    body: joinBytes(latin1(around.preamble), ...bodies, end),
  };
}

const many = Array.from({ length: 110 }, (_, index) => ({ name: `field${index}`, value: utf8("x"), isFile: false }));

/** The fields as they are, in another order, with one lost or twice, or with more of them than a form may have. */
function chosen(fields: readonly FormField[]): fc.Arbitrary<Labelled<readonly FormField[]>> {
  const all = [...fields];
  return weighted<Labelled<readonly FormField[]>>(
    [14, fc.constant({ what: "form", value: fields })],
    [2, fc.shuffledSubarray(all, { minLength: all.length }).map((value) => ({ what: "form, shuffled", value }))],
    [1, fc.subarray(all).map((value) => ({ what: "form, fields lost", value }))],
    [1, fc.constant({ what: "form, a field twice", value: [...fields, ...fields.slice(0, 1)] })],
    [1, fc.constant({ what: "form of 110 fields", value: [...fields, ...many] })],
  );
}

/**
 * A multipart body with these fields: heads, names, boundaries, line ends, preambles and closing delimiters in many spellings, most of them valid; in
 * 1 of 12 cases its bytes are changed afterwards.
 */
export function anyForm(fields: readonly FormField[]): fc.Arbitrary<Labelled<Form>> {
  const plain = fc
    .tuple(chosen(fields), frame)
    .chain(([{ what, value }, around]) =>
      fc.tuple(...value.map(partOf)).map((parts) => ({ what, value: formOf(parts, around) })),
    );
  const changed = fc.tuple(plain, byteChange).map(([{ what, value }, change]) => ({
    what: `${what}, ${change.what}`,
    value: { type: value.type, body: change.value(value.body) },
  }));
  return seldom(12, plain, changed);
}
