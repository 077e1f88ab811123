import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeReply, encodeReply } from "../../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import { codeOf, plain, utf8, valueOf } from "../../support/protocol-tensors.ts";

/** Decodes a reply with one tensor, where `data` is the JSON text of its data. */
function decodeText(datatype: string, shape: readonly number[], data: string, parameters = "{}") {
  const shapeText = JSON.stringify(shape);
  const tensor = `{"name":"a","datatype":"${datatype}","shape":${shapeText},"parameters":${parameters},"data":${data}}`;
  return decodeReply(utf8(`{"model_name":"m","outputs":[${tensor}]}`), new Headers());
}

const elements = (...args: Parameters<typeof decodeText>): readonly unknown[] =>
  valueOf(decodeText(...args)).outputs.flatMap((tensor) => Array.from<unknown>(tensor.data));

const texts = (...args: Parameters<typeof decodeText>): readonly string[] =>
  valueOf(decodeText(...args)).outputs.flatMap((tensor) =>
    tensor.datatype === "BYTES" ? tensor.data.map((bytes) => new TextDecoder().decode(bytes)) : [],
  );

/** Encodes a tensor as JSON and parses the JSON. */
function encodedJson(tensor: NamedTensor): unknown {
  const { body } = valueOf(encodeReply({ modelName: "m", outputs: [tensor] }, () => false));
  const { outputs }: { outputs: unknown[] } = JSON.parse(new TextDecoder().decode(body));
  return outputs[0];
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("decoding", () => {
  it.each<[string, string, readonly number[], string, readonly unknown[]]>([
    ["a flat list", "INT32", [2, 2], "[1,2,3,4]", [1, 2, 3, 4]],
    ["nested lists", "INT32", [2, 2], "[[1,2],[3,4]]", [1, 2, 3, 4]],
    ["lists nested three levels deep", "INT8", [1, 2, 1], "[[[1],[2]]]", [1, 2]],
    ["nested lists without elements", "FP32", [2, 0], "[[],[]]", []],
    ["a scalar", "FP32", [], "[0.5]", [0.5]],
    ["booleans as literals and as numbers", "BOOL", [4], "[true,false,1,0]", [1, 0, 1, 0]],
    ["integers written with a fraction of zero", "INT16", [2], "[1.0,2e1]", [1, 20]],
    ["the limits of INT64", "INT64", [2], "[9223372036854775807,-9223372036854775808]", [2n ** 63n - 1n, -(2n ** 63n)]],
    ["the upper limit of UINT64", "UINT64", [1], "[18446744073709551615]", [2n ** 64n - 1n]],
    ["an integer one above the exact range of doubles", "INT64", [1], "[9007199254740993]", [9007199254740993n]],
    ["FP16, which some servers send", "FP16", [2], "[0.1,-0]", [0.0999755859375, -0]],
    ["BF16", "BF16", [1], "[0.1]", [0.10009765625]],
    ["the nearest float32", "FP32", [1], "[0.1]", [Math.fround(0.1)]],
  ])("accepts %s", (_, datatype, shape, data, expected) => {
    expect(elements(datatype, shape, data)).toEqual(expected);
  });

  it.each<[string, string, readonly number[], string, string]>([
    ["a number instead of a list", "INT32", [], "1", "field"],
    ["ragged nesting", "INT32", [3], "[[1,2],[3]]", "element-count"],
    ["rows of the wrong length", "INT32", [2, 2], "[[1,2,3],[4]]", "element-count"],
    ["nesting that does not match the shape", "INT32", [2, 2], "[[1,2,3,4]]", "element-count"],
    ["lists where the shape has none", "INT32", [2], "[[1],[2]]", "element"],
    ["numbers beside lists", "INT32", [2, 1], "[1,[2]]", "element-count"],
    ["too few elements", "INT32", [3], "[1,2]", "element-count"],
    ["a fraction", "INT32", [1], "[1.5]", "element"],
    ["an integer out of range", "INT8", [1], "[128]", "element"],
    ["a negative number in an unsigned tensor", "UINT16", [1], "[-1]", "element"],
    ["a number in a string", "INT32", [1], '["1"]', "element"],
    ["null", "FP32", [1], "[null]", "element"],
    ["NaN in a string", "FP32", [1], '["NaN"]', "element"],
    ["NaN bare, which is not JSON", "FP32", [1], "[NaN]", "json"],
    ["a float beyond float32", "FP32", [1], "[1e39]", "element"],
    ["a float beyond binary16", "FP16", [1], "[65520]", "element"],
    ["a float beyond a double", "FP64", [1], "[1e309]", "element"],
    ["a BOOL of two", "BOOL", [1], "[2]", "element"],
    ["an integer beyond INT64", "INT64", [1], "[9223372036854775808]", "element"],
    ["a large integer with an exponent", "INT64", [1], "[1e19]", "inexact-integer"],
    ["a fraction in 64 bits", "INT64", [1], "[0.5]", "element"],
    ["a lone surrogate", "BYTES", [1], String.raw`["\ud800"]`, "element"],
    ["a number as BYTES", "BYTES", [1], "[1]", "element"],
  ])("rejects %s", (_, datatype, shape, data, code) => {
    expect(codeOf(decodeText(datatype, shape, data))).toBe(code);
  });

  it("decodes BYTES as text, or as base64 where content_type says so", () => {
    expect(texts("BYTES", [2], '["YQ==","é"]')).toEqual(["YQ==", "é"]);
    expect(texts("BYTES", [2], '["YQ==","w6k="]', '{"content_type":"base64"}')).toEqual(["a", "é"]);
    expect(codeOf(decodeText("BYTES", [1], '["=é"]', '{"content_type":"base64"}'))).toBe("element");
  });

  it("rejects a 64-bit integer that a runtime without source text would round", () => {
    const parse = JSON.parse.bind(JSON);
    vi.spyOn(JSON, "parse").mockImplementation((text) => parse(text));
    expect(codeOf(decodeText("INT64", [1], "[9007199254740993]"))).toBe("inexact-integer");
    expect(elements("INT64", [1], "[9007199254740991]")).toEqual([9007199254740991n]);
  });

  it("keeps the long integers of other tensors and of parameters as numbers", () => {
    expect(elements("FP64", [1], "[12345678901234567890]", '{"x":"INT64","y":12345678901234567890}')).toEqual([
      Number("12345678901234567890"),
    ]);
  });

  it("round-trips the bytes of an image", () => {
    const data = [Uint8Array.from({ length: 60_000 }, (_, index) => index * 7)];
    const tensor: NamedTensor = { name: "image", datatype: "BYTES", shape: [1], data };
    const { body, headers } = valueOf(encodeReply({ modelName: "m", outputs: [tensor] }, () => false));
    expect(valueOf(decodeReply(body, new Headers(headers))).outputs.map(plain)).toEqual([plain(tensor)]);
  });
});

describe("encoding", () => {
  it("encodes BYTES as base64 and sets content_type", () => {
    const data = [Uint8Array.of(255, 0)];
    expect(encodedJson({ name: "a", datatype: "BYTES", shape: [1], data })).toEqual({
      name: "a",
      datatype: "BYTES",
      shape: [1],
      parameters: { content_type: "base64" },
      data: ["/wA="],
    });
  });

  it("encodes BYTES as text where the tensor has another content type", () => {
    const parameters = { content_type: "str" };
    const data = [utf8("\u{feff}é")];
    expect(encodedJson({ name: "a", datatype: "BYTES", shape: [1], data, parameters })).toMatchObject({
      parameters,
      data: ["\u{feff}é"],
    });
  });

  it("encodes a BOOL as true or false", () => {
    const data = Uint8Array.of(0, 1);
    expect(encodedJson({ name: "a", datatype: "BOOL", shape: [2], data })).toMatchObject({ data: [false, true] });
  });

  it.each<[string, NamedTensor]>([
    ["FP16", { name: "a", datatype: "FP16", shape: [1], data: Float32Array.of(1) }],
    ["BF16", { name: "a", datatype: "BF16", shape: [1], data: Float32Array.of(1) }],
    ["NaN", { name: "a", datatype: "FP32", shape: [1], data: Float32Array.of(NaN) }],
    ["infinity", { name: "a", datatype: "FP64", shape: [1], data: Float64Array.of(-Infinity) }],
    [
      "bytes that are not UTF-8 as text",
      { name: "a", datatype: "BYTES", shape: [1], data: [Uint8Array.of(255)], parameters: { content_type: "str" } },
    ],
  ])("rejects %s", (_, tensor) => {
    expect(codeOf(encodeReply({ modelName: "m", outputs: [tensor] }, () => false))).toBe("binary-only");
  });
});
