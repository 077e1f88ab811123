import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  idempotencyKeyOf,
  MAX_IDEMPOTENCY_CHARACTERS,
  requiredIdempotencyKey,
} from "../../src/http/idempotency-key.ts";
import { fieldItem } from "../../src/http/structured-fields.ts";

function keyOf(field: string): string | undefined {
  return idempotencyKeyOf(new Headers({ "idempotency-key": field }));
}

const refused = expect.objectContaining({ code: "idempotency-key-invalid" });
const longest = "k".repeat(MAX_IDEMPOTENCY_CHARACTERS);

describe("the Idempotency-Key", () => {
  it.each([
    ["bare", "8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["quoted", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["quoted with escapes", String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ["bare with a quote inside", 'a"b', 'a"b'],
    ["with spaces around it", "  abc  ", "abc"],
    ["as long as it may be", longest, longest],
    ["as long as it may be, and quoted", `"${longest}"`, longest],
  ])("may be %s", (_, field, key) => {
    expect(keyOf(field)).toBe(key);
  });

  it.each([
    ["empty", ""],
    ["empty in quotes", '""'],
    ["too long", `${longest}k`],
    ["too long in quotes", `"${longest}k"`],
    ["without its second quote", '"abc'],
    ["with something behind it", '"abc";a=1'],
    ["two of them", "abc, def"],
    ["two quoted ones", '"abc", "def"'],
    ["with a space", "a b"],
    ["with a space in quotes", '"a b"'],
    ["with other than ASCII", "caf\u00E9"],
    ["with an unknown escape", String.raw`"a\n"`],
  ])("may not be %s", (_, field) => {
    expect(() => keyOf(field)).toThrow(refused);
  });

  it("is the same quoted and bare, whatever it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,255}$/u), (key) => {
        expect(keyOf(fieldItem({ value: key }))).toBe(key);
        const bare = key.replace(/^"+/u, "k");
        expect(keyOf(bare)).toBe(bare);
      }),
    );
  });

  it("may be left out, but not of an operation that moves money", () => {
    expect(idempotencyKeyOf(new Headers())).toBeUndefined();
    expect(() => requiredIdempotencyKey(new Headers())).toThrow(refused);
    expect(requiredIdempotencyKey(new Headers({ "idempotency-key": "a" }))).toBe("a");
  });
});
