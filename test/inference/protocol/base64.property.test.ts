import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../src/inference/protocol/base64.ts";

describe("base64", () => {
  it("encodes like btoa", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
      }),
    );
  });

  it("decodes what it encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["A", "A===", "=", "A=AA", "-_8=", "é"])("rejects %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
