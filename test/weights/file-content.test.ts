import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeContent, HEAD_BYTES, isLfsPointer, isOnnxModel } from "../../src/weights/file-content.ts";
import { lfsPointer, onnxModel } from "../support/onnx-model.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** ASCII as UTF-16 with a byte order mark, as PowerShell writes a redirected download. */
function utf16(text: string, isLittleEndian: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(2 * text.length + 2));
  bytes.setUint16(0, 0xfeff, isLittleEndian);
  for (const [at, code] of utf8(text).entries()) bytes.setUint16(2 * at + 2, code, isLittleEndian);
  return new Uint8Array(bytes.buffer);
}

const extended = lfsPointer().replace("oid", `ext-0-foo sha256:${"1".repeat(64)}\noid`);

describe("a Git LFS pointer", () => {
  it.each([
    ["of version 1", utf8(lfsPointer())],
    ["with Windows line ends", utf8(lfsPointer().replaceAll("\n", "\r\n"))],
    ["with a byte order mark", utf8(`\uFEFF${lfsPointer()}`)],
    ["with extensions", utf8(extended)],
    ["of the first versions", utf8(lfsPointer().replace("git-lfs.github.com", "hawser.github.com"))],
    ["in UTF-16", utf16(lfsPointer(), true)],
    ["in big-endian UTF-16", utf16(lfsPointer(), false)],
  ])("%s is recognised, and the message names the file and what to run", (_, bytes) => {
    expect(isLfsPointer(bytes)).toBe(true);
    expect(isOnnxModel(bytes)).toBe(false);
    for (const path of ["onnx/a.onnx", "config.json"]) {
      expect(describeContent(path, bytes)).toContain(path);
      expect(describeContent(path, bytes)).toContain("git lfs pull");
    }
  });

  it("is not a text that speaks of one", () => {
    expect(isLfsPointer(utf8(` ${lfsPointer()}`))).toBe(false);
    expect(isLfsPointer(utf8("version 1"))).toBe(false);
  });
});

describe("the description of another file", () => {
  const binary = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0xff);
  it.each([
    ["", "empty"],
    ["<!DOCTYPE html><p>404", "web page"],
    ["\n<html lang=en>", "web page"],
    ['<?xml version="1.0"?><Error/>', "web page or XML"],
    ["Not found\r\n\tat all", "text"],
    ["日本語 🍄", "text"],
  ])("of %j says that it is: %s", (text, said) => {
    expect(describeContent("a.onnx", utf8(text))).toContain(said);
  });

  it("tells a text that is cut within a character from binary data", () => {
    expect(describeContent("a.onnx", utf8("é").subarray(0, 1))).toContain("text");
    expect(describeContent("a.onnx", utf8(`a${"é".repeat(HEAD_BYTES)}`))).toContain("text");
    // The first character is cut: no text begins so.
    expect(describeContent("a.onnx", utf8("é".repeat(HEAD_BYTES)).subarray(1))).toContain("binary");
    expect(describeContent("a.onnx", binary)).toContain("binary");
  });
});

describe("an ONNX model", () => {
  /** The last field is the version of the operators, four bytes: a model without it is complete protobuf. */
  const LAST_FIELD_BYTES = 4;

  it("is recognised with any name and weights, and not when it is cut or has a zero byte behind it", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(500), fc.nat(), (name, weightBytes, at) => {
        const model = onnxModel(name, weightBytes);
        const cut = at % (model.length - LAST_FIELD_BYTES);
        expect(isOnnxModel(model)).toBe(true);
        expect(isOnnxModel(model.subarray(0, cut))).toBe(false);
        expect(isOnnxModel(Uint8Array.of(...model, 0))).toBe(false);
      }),
    );
  });

  it("is no text and no JSON", () => {
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.json(), fc.webUrl());
    fc.assert(
      fc.property(text, (value) => {
        expect(isOnnxModel(utf8(value))).toBe(false);
      }),
    );
  });
});
