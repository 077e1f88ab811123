import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FieldItem,
  fieldItem,
  fieldList,
  isFieldInteger,
  parseFieldInteger,
  parseFieldString,
} from "../../src/http/structured-fields.ts";
import { readFieldItems } from "../support/field-items.ts";

const MAX = 999_999_999_999_999;
const anyInteger = fc.integer({ min: -MAX, max: MAX });
const anyText = fc.stringMatching(/^[ -~]*$/u);
const anyBare = fc.oneof(anyInteger, anyText, fc.boolean());
const anyItem: fc.Arbitrary<FieldItem> = fc.record({
  value: anyBare,
  parameters: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.*-]{0,8}$/u), fc.oneof(anyBare, fc.constant(undefined))),
});

/** What a reader of the item finds. */
function found({ value, parameters = {} }: FieldItem) {
  return [value, Object.fromEntries(Object.entries(parameters).filter(([, parameter]) => parameter !== undefined))];
}

describe("a structured field", () => {
  it("of any items is read as what was written", () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1, maxLength: 5 }), (items) => {
        const field = fieldList(items);
        expect(field).toMatch(/^[ -~]+$/u);
        expect(readFieldItems(field)).toEqual(items.map(found));
      }),
    );
  });

  it("of one text or one number is parsed as what was written", () => {
    fc.assert(
      fc.property(anyText, anyInteger, (text, integer) => {
        expect(parseFieldString(fieldItem({ value: text }))).toBe(text);
        expect(parseFieldInteger(fieldItem({ value: integer }))).toBe(integer);
      }),
    );
  });

  it.each([
    [{ value: "requests", parameters: { q: 600, w: 60 } }, '"requests";q=600;w=60'],
    [{ value: -0, parameters: { yes: true, no: false, none: undefined } }, "0;yes;no=?0"],
    [{ value: 'a "b" \\' }, String.raw`"a \"b\" \\"`],
    [{ value: true }, "?1"],
  ] as const)("%j is written %s", (item, field) => {
    expect(fieldItem(item)).toBe(field);
  });

  it.each([0.5, Number.NaN, Infinity, MAX + 1, -MAX - 1, "é", "a\nb", "\u007F"])("cannot hold %j", (value) => {
    expect(() => fieldItem({ value })).toThrow(TypeError);
    expect(() => fieldItem({ value: 0, parameters: { value } })).toThrow(TypeError);
    expect(typeof value === "number" && isFieldInteger(value)).toBe(false);
  });

  it.each(["", "a", '"a', 'a"', '"a"b', '"a\\b"', '"é"', '"a", "b"', '"a";b=1', '"\t"'])(
    "is no string: %j",
    (field) => {
      expect(parseFieldString(field)).toBeUndefined();
    },
  );

  it.each(["", "1.0", "+1", "1e3", "0x1", "1000000000000000", "1 2", "1;a", "--1", "\u0661"])(
    "is no integer: %j",
    (field) => {
      expect(parseFieldInteger(field)).toBeUndefined();
    },
  );
});
