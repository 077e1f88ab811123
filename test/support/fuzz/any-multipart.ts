import * as fc from "fast-check";
import { type FormField, formOf } from "../any-form.ts";
import type { WireForm } from "../any-form-layout.ts";
import { latin1, utf8 } from "../text-bytes.ts";
import { byteChange } from "./byte-changes.ts";
import { type Labelled, seldom, weighted } from "./labelled.ts";

/** Spellings that tools write and that `formOf` does not, and invalid ones: a text in the body, and what replaces its first occurrence. */
const spellings: readonly (readonly [from: string | RegExp, to: string])[] = [
  ["form-data", "attachment"],
  ["form-data", "form\u00ffdata"],
  ["; name", "name"],
  [/name=/iu, "name*=utf-8''"],
  [/name="/iu, 'name="\u00ff\u00fe'],
  [/name="/iu, 'name="\0'],
  [/name="/iu, 'name="__proto__"; x="'],
  [/name="/iu, 'name="beams'],
  [/name="\w+"/iu, 'name=""'],
  [/name="\w+"/iu, 'name="image[]"'],
  [/name="\w+/iu, 'name="image'],
  [/filename="/iu, 'filename="C:\\pictures\\'],
  [/filename="/iu, `filename="${"x".repeat(5000)}`],
  [/Content-Type: [^\r\n;]+/iu, "Content-Type: text/plain; charset=utf-16"],
  [/Content-Type: [^\r\n;]+/iu, "Content-Type: multipart/mixed; boundary=c"],
  [/Content-Type: [^\r\n;]+/iu, "Content-Transfer-Encoding: base64"],
  [/Content-Type: [^\r\n;]+/iu, "Content-Transfer-Encoding: quoted-printable"],
  [/Content-Type: [^\r\n;]+/iu, `X-Long: ${"y".repeat(5000)}`],
  [/Content-Disposition/iu, "X-Disposition"],
  [/Content-Disposition/iu, "Content-Disposition: form-data\r\nContent-Disposition"],
  [/(\r?\n)\1/u, "$1"],
  ["\r\n", "\r"],
  [/--(?=\s*$)/u, ""],
  ["--", " --"],
];

/** Content types that name no boundary, another one, or a form of another kind. The first of them is of `formOf`. */
const types: readonly ((type: string) => string)[] = [
  (type) => `${type}; charset=utf-8`,
  (type) => type.replace("form-data;", "form-data; charset=utf-8;"),
  (type) => type.toUpperCase(),
  () => "multipart/form-data",
  () => "multipart/form-data; boundary=",
  (type) => type.replace(/"$/u, ""),
  (type) => type.replace(/boundary=.*/u, "boundary=other"),
  (type) => `${type}; boundary=c`,
  (type) => type.replace("form-data", "mixed"),
  (type) => type.replace("boundary=", "boundary*=utf-8''"),
  (type) => type.replace(/boundary=.*/u, `boundary=${"x".repeat(71)}`),
];

/** Values of fields as forms send them that are not filled in, misspelled ones, and bytes that are no UTF-8. */
const oddValues = ["", " ", "True", "null", "\u00ff\u00fe", "caf\u00e9", "\u00ef\u00bb\u00bf1", "\0", "\r\n--", "[]"];

/** The bytes as Latin-1 text: one character for each byte. */
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const odd = fc.oneof(
  fc.constantFrom(...spellings).map(([from, to]) => ({ contentType, body }: WireForm): WireForm => ({
    contentType,
    body: latin1(textOf(body).replace(from, to)),
  })),
  fc.constantFrom(...types).map((change) => ({ contentType, body }: WireForm): WireForm => ({
    contentType: change(contentType),
    body,
  })),
  byteChange.map(({ value: change }) => ({ contentType, body }: WireForm): WireForm => ({
    contentType,
    body: change(body),
  })),
);

const many = Array.from({ length: 110 }, (_, index) => ({ name: `field${index}`, value: utf8("x"), isFile: false }));

/** The fields as they are, in another order, with one lost or twice or with an odd value, or with more of them than a form may have. */
function chosen(fields: readonly FormField[]): fc.Arbitrary<Labelled<readonly FormField[]>> {
  const all = [...fields];
  const withOddValue = fc.constantFrom(...oddValues).map((value) => ({
    what: "form, an odd value",
    value: fields.map((field, index) => (index === 1 ? { ...field, value: latin1(value) } : field)),
  }));
  return weighted<Labelled<readonly FormField[]>>(
    [14, fc.constant({ what: "form", value: fields })],
    [2, fc.shuffledSubarray(all, { minLength: all.length }).map((value) => ({ what: "form, shuffled", value }))],
    [1, fc.subarray(all).map((value) => ({ what: "form, fields lost", value }))],
    [1, fc.constant({ what: "form, a field twice", value: [...fields, ...fields.slice(0, 1)] })],
    [1, fc.constant({ what: "form of 110 fields", value: [...fields, ...many] })],
    [2, withOddValue],
  );
}

/** A multipart body with these fields in any encoding; in 1 of 4 cases it is misspelled, is not what its content type says, or its bytes are changed. */
export function anyMultipart(fields: readonly FormField[]): fc.Arbitrary<Labelled<WireForm>> {
  const plain = chosen(fields).chain(({ what, value }) => formOf(value).map((form) => ({ what, value: form })));
  const changed = fc
    .tuple(plain, odd)
    .map(([{ what, value }, change]) => ({ what: `odd ${what}`, value: change(value) }));
  return seldom(4, plain, changed);
}
