import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../src/inference/protocol/base64.ts";

describe("base64", () => {
  it("is written as btoa writes it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
      }),
    );
  });

  it("is read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["A", "A===", "=", "A=AA", "-_8=", "é"])("is not %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
