import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../src/image/base64.ts";

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

describe("decodeBase64", () => {
  it("decodes the output of btoa, in either alphabet, with or without padding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encode(bytes);
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""))).toEqual(bytes);
      }),
    );
  });

  it("accepts and refuses the same texts as atob", () => {
    const letters = fc.constantFrom(
      "A",
      "B",
      "C",
      "z",
      "0",
      "1",
      "9",
      "+",
      "/",
      "=",
      " ",
      "\n",
      "\t",
      "\f",
      "\r",
      ".",
      "é",
      "%",
    );
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        expect(decodeBase64(text)).toEqual(viaAtob(text));
      }),
    );
  });
});

function viaAtob(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
