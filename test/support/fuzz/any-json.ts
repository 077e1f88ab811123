import * as fc from "fast-check";
import { joinBytes } from "../image-bytes.ts";
import { byteChange, place } from "./byte-changes.ts";
import { latin1, utf8 } from "../text-bytes.ts";
import { type Bytes, offsetOf, spliced } from "./bytes.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";

/** A member of an object: its name, and its value as JSON text, so that names can repeat and values can be what no object can hold. */
export type Member = readonly [name: string, json: string];

/** An object's JSON text. */
export function objectText(members: readonly Member[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** The members of an object with these values. */
export function membersOf(object: Readonly<Record<string, unknown>>): readonly Member[] {
  return Object.entries(object).map(([name, value]) => [name, JSON.stringify(value) ?? "null"]);
}

const oddValues = [
  "null",
  "true",
  "0",
  "-0",
  "1e999",
  "-1e-999",
  "123456789012345678901234567890",
  "1.5",
  '""',
  '" "',
  '"null"',
  '"True"',
  '"\\ud800"',
  '"\\u0000"',
  '"\\/\\b\\f"',
  '"<loc_1>"',
  '"https://127.0.0.1:1/"',
  '"data:,"',
  "[]",
  "[null]",
  "[[]]",
  "{}",
  '{"x1":1}',
  '{"__proto__":{"image":"x"}}',
  '{"url":null,"base64":null}',
  '{"length":1e9}',
  `"${"a".repeat(9000)}"`,
  `"https://127.0.0.1:1/${"a".repeat(5000)}"`,
];
const size = fc.constantFrom(10, 100, 900, 5000, 100_000);

/** Arrays in arrays, objects in objects, long lists, many members: around and far beyond what a body may have. */
const hugeValue = fc.oneof(
  size.map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  size.map((depth) => '{"a":'.repeat(depth) + "1" + "}".repeat(depth)),
  size.map((depth) => "[".repeat(depth)),
  size.map((length) => `[${Array.from({ length }, () => "0").join(",")}]`),
  size.map((length) => `{${Array.from({ length: length / 5 }, (_, index) => `"k${index}":0`).join(",")}}`),
  size.map((length) => `"${"\\u00e9".repeat(length)}"`),
  size.map((length) => `"${"\\\\".repeat(length)}"`),
  size.map((length) => "9".repeat(length)),
);
const oddValue = weighted([12, fc.constantFrom(...oddValues)], [2, hugeValue], [2, fc.json({ maxDepth: 3 })]);

const oddNames = [
  "__proto__",
  "constructor",
  "toString",
  "",
  "image ",
  "Image",
  "labels[]",
  "image.url",
  "\ud800",
  "x".repeat(400),
];

type MembersChange = Labelled<(members: readonly Member[]) => readonly Member[]>;

const at = (where: number, members: readonly Member[]): number => offsetOf(where, Math.max(0, members.length - 1));
const nameAt = (where: number, members: readonly Member[]): string => members[at(where, members)]?.[0] ?? "image";

/** A change of an object's members; a repeated name may come before or after the first. */
const membersChange: fc.Arbitrary<MembersChange> = fc
  .tuple(place, oddValue, fc.boolean())
  .chain(([where, json, isFirst]) => {
    const again = (members: readonly Member[]): readonly Member[] => {
      const repeated: Member = [nameAt(where, members), json];
      return isFirst ? [repeated, ...members] : [...members, repeated];
    };
    const replaced = (members: readonly Member[]): readonly Member[] =>
      members.map(([name, own], index) => [name, index === at(where, members) ? json : own]);
    return weighted<MembersChange>(
      [6, fc.constant({ what: "an odd value", value: replaced })],
      [3, fc.constant({ what: "a name twice", value: again })],
      [
        2,
        labelled(
          "an unknown name",
          fc.constantFrom(...oddNames).map((name) => (members) => [...members, [name, json]]),
        ),
      ],
      [2, fc.constant({ what: "a member lost", value: (members) => members.toSpliced(at(where, members), 1) })],
    );
  });

/** Members as given in 3 of 4 cases, else with one or two changes. */
export function changedMembers(members: readonly Member[]): fc.Arbitrary<Labelled<readonly Member[]>> {
  const changed = fc.array(membersChange, { minLength: 1, maxLength: 2 }).map((changes) => ({
    what: changes.map(({ what }) => what).join(", "),
    value: changes.reduce((current, { value: change }) => change(current), members),
  }));
  return seldom(4, fc.constant({ what: "json", value: members }), changed);
}

function utf16(text: string, isLittle: boolean): Bytes {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, isLittle);
  for (let index = 0; index < text.length; index += 1) view.setUint16(2 + 2 * index, text.charCodeAt(index), isLittle);
  return bytes;
}

/** How a JSON text goes over the wire when it is not plain UTF-8. */
const wire: Readonly<Record<string, (text: string) => Uint8Array>> = {
  "with a byte order mark": (text) => joinBytes(latin1("\u00ef\u00bb\u00bf"), utf8(text)),
  "as UTF-16": (text) => utf16(text, true),
  "as UTF-16, big-endian": (text) => utf16(text, false),
  "as Latin-1": (text) => latin1(text.replace('":"', '":"\u00e9')),
  "with bytes that are no UTF-8": (text) => latin1(text.replace('":"', '":"\u00ff\u00fe')),
  "with white space around": (text) => utf8(`\r\n\t ${text} \n`),
  "after much white space": (text) => utf8(" ".repeat(100_000) + text),
  "with a comma at its end": (text) => utf8(`${text.slice(0, -1)},}`),
  "with something behind it": (text) => utf8(`${text}x`),
  twice: (text) => utf8(text + text),
  "in a list": (text) => utf8(`[${text}]`),
  "as a string": (text) => utf8(JSON.stringify(text)),
  "in single quotes": (text) => utf8(text.replaceAll('"', "'")),
  "with a comment": (text) => utf8(`/* */${text}`),
  "with NaN": (text) => utf8(`${text.slice(0, -1)},"beams":NaN}`),
  "with a raw line break": (text) => utf8(text.replace('":"', '":"\n')),
  "form-encoded": (text) => utf8(`json=${encodeURIComponent(text)}`),
  empty: () => new Uint8Array(),
  null: () => utf8("null"),
  "a number": () => utf8("1"),
  "a string": () => utf8('"image"'),
};

/** A JSON text as bytes: UTF-8 in 9 of 10 cases, else in other encodings, cut off, changed, or with what JSON does not allow. */
export function jsonBytes({ what, value: text }: Labelled<string>): fc.Arbitrary<Labelled<Uint8Array>> {
  const odd = fc
    .constantFrom(...Object.entries(wire))
    .map(([how, encode]) => ({ what: `${what}, ${how}`, value: encode(text) }));
  const cut = place.map((to) => {
    const bytes = utf8(text);
    const length = offsetOf(to, bytes.length);
    return { what: `${what}, cut off`, value: spliced(bytes, length, bytes.length, new Uint8Array()) };
  });
  const changed = byteChange.map((change) => ({ what: `${what}, ${change.what}`, value: change.value(utf8(text)) }));
  return weighted<Labelled<Uint8Array>>(
    [45, fc.constant({ what, value: utf8(text) })],
    [3, odd],
    [1, cut],
    [1, changed],
  );
}
