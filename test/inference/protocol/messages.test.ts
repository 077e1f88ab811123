import { MAX_ECHO_CHARACTERS } from "../../../src/bytes/excerpt.ts";
import { describe, expect, it } from "vitest";
import { decodeReply, decodeRequest, MAX_BYTES_ELEMENTS } from "../../../src/inference/protocol/binary-extension.ts";
import { wantsBinary } from "../../../src/inference/protocol/messages.ts";
import { codeOf, framed, plain, utf8, valueOf } from "../../support/protocol-tensors.ts";

const section = [1, 2, 3, 4, 5, 6, 7, 8];
const valid = { name: "a", datatype: "INT32", shape: [2], parameters: { binary_data_size: 8 } };

function decodeOutput(output: unknown, bytes: readonly number[] = section) {
  const { body, headers } = framed({ model_name: "m", outputs: [output] }, bytes);
  return decodeReply(body, headers);
}

describe("decodeReply", () => {
  it("decodes a valid reply", () => {
    expect(valueOf(decodeOutput(valid)).outputs.map(plain)).toEqual([
      { name: "a", datatype: "INT32", shape: [2], data: [0x04030201, 0x08070605] },
    ]);
  });

  it.each<[string, object, string]>([
    ["no name", { name: undefined }, "field"],
    ["a name that is a number", { name: 1 }, "field"],
    ["an empty name", { name: "" }, "field"],
    ["no datatype", { datatype: undefined }, "field"],
    ["an unknown datatype", { datatype: "FP8" }, "datatype"],
    ["a datatype that is a property of every object", { datatype: "toString" }, "datatype"],
    ["a wider datatype", { datatype: "INT64" }, "byte-count"],
    ["no shape", { shape: undefined }, "field"],
    ["a shape that is not a list", { shape: 2 }, "field"],
    ["a larger shape", { shape: [3] }, "byte-count"],
    ["a negative size", { shape: [-2] }, "shape"],
    ["two negative sizes", { shape: [-1, -2] }, "shape"],
    ["a size that is not an integer", { shape: [2.5] }, "shape"],
    ["a size in a string", { shape: ["2"] }, "shape"],
    ["a product beyond 32 bits", { shape: [2 ** 20, 2 ** 20] }, "shape"],
    ["a product beyond a double", { shape: Array.from({ length: 60 }, () => 2 ** 50) }, "shape"],
    ["a larger binary_data_size", { parameters: { binary_data_size: 9 } }, "byte-count"],
    ["a smaller binary_data_size", { parameters: { binary_data_size: 4 } }, "byte-count"],
    ["a negative binary_data_size", { parameters: { binary_data_size: -8 } }, "field"],
    ["a binary_data_size in a string", { parameters: { binary_data_size: "8" } }, "field"],
    ["a binary_data_size that is not an integer", { parameters: { binary_data_size: 7.5 } }, "field"],
    ["both data and binary_data_size", { data: [1, 2] }, "field"],
    ["neither data nor binary_data_size", { parameters: {} }, "field"],
    ["parameters that are a list", { parameters: [] }, "field"],
  ])("rejects %s", (_, change, code) => {
    expect(codeOf(decodeOutput({ ...valid, ...change }))).toBe(code);
  });

  it.each<[string, readonly number[], string]>([
    ["an element longer than its tensor", [5, 0, 0, 0, 1, 2, 3, 4], "byte-count"],
    ["an element of 4 GB", [255, 255, 255, 255, 1, 2, 3, 4], "byte-count"],
    ["a truncated length", [0, 0, 0, 0, 1, 0, 0], "byte-count"],
    ["fewer elements than the shape says", [4, 0, 0, 0, 1, 2, 3, 4], "element-count"],
    ["more elements than the shape says", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "byte-count"],
  ])("rejects BYTES with %s", (_, bytes, code) => {
    const tensor = { ...valid, datatype: "BYTES", parameters: { binary_data_size: bytes.length } };
    expect(codeOf(decodeOutput(tensor, bytes))).toBe(code);
  });

  it("rejects too many BYTES elements, before decoding any", () => {
    const shape = [MAX_BYTES_ELEMENTS + 1];
    const tensor = { ...valid, datatype: "BYTES", shape };
    expect(codeOf(decodeOutput(tensor))).toBe("shape");
  });

  it("decodes a tensor without elements", () => {
    const { body, headers } = framed({
      model_name: "m",
      outputs: [{ ...valid, shape: [0, 3], parameters: { binary_data_size: 0 } }],
    });
    expect(valueOf(decodeReply(body, headers)).outputs[0]?.data).toHaveLength(0);
  });

  it("rejects two tensors with the same name", () => {
    const { body, headers } = framed({ model_name: "m", outputs: [valid, valid] }, [...section, ...section]);
    expect(codeOf(decodeReply(body, headers))).toBe("duplicate-name");
  });

  it.each<[string, object]>([
    ["no model name", { outputs: [] }],
    ["no outputs", { model_name: "m" }],
    ["a version that is a number", { model_name: "m", model_version: 1, outputs: [] }],
    ["an id that is a list", { model_name: "m", id: [], outputs: [] }],
    ["a list instead of an object", []],
  ])("rejects a reply with %s", (_, json) => {
    const { body, headers } = framed(json);
    expect(codeOf(decodeReply(body, headers))).toBe("field");
  });

  it("treats null as missing, and drops parameters with types that the protocol does not know", () => {
    const json = { model_name: "m", model_version: null, id: null, parameters: { headers: {}, ok: true }, outputs: [] };
    const { body, headers } = framed(json);
    expect(valueOf(decodeReply(body, headers))).toEqual({ modelName: "m", parameters: { ok: true }, outputs: [] });
  });

  it("truncates a long name in the failure", () => {
    const result = decodeOutput({ ...valid, name: "x".repeat(9000), datatype: "FP8" });
    expect(result.ok ? Infinity : result.failure.detail.length).toBeLessThan(MAX_ECHO_CHARACTERS + 100);
  });

  it("rejects JSON that is not UTF-8, and nesting deeper than the stack", () => {
    expect(codeOf(decodeReply(Uint8Array.of(0x7b, 0xff, 0x7d), new Headers()))).toBe("json");
    const deep = `{"INT64":1234567890123456,"outputs":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    expect(["json", "field"]).toContain(codeOf(decodeReply(utf8(deep), new Headers())));
  });
});

describe("decodeRequest", () => {
  it("rejects outputs that are not objects or have no name", () => {
    for (const outputs of [["a"], [{}], [{ name: "" }], {}]) {
      const { body, headers } = framed({ inputs: [], outputs });
      expect(codeOf(decodeRequest(body, headers))).toBe("field");
    }
  });

  it("rejects an output that is requested twice", () => {
    const { body, headers } = framed({ inputs: [], outputs: [{ name: "a" }, { name: "a" }] });
    expect(codeOf(decodeRequest(body, headers))).toBe("duplicate-name");
  });
});

describe("wantsBinary", () => {
  const outputs = [
    { name: "yes", parameters: { binary_data: true } },
    { name: "no", parameters: { binary_data: false } },
    { name: "silent" },
  ];

  it("uses binary_data of each output, and binary_data_output for the others", () => {
    const names = ["yes", "no", "silent", "unasked"];
    expect(names.map(wantsBinary({ inputs: [], outputs }))).toEqual([true, false, false, false]);
    const byDefault = wantsBinary({ inputs: [], outputs, parameters: { binary_data_output: true } });
    expect(names.map((name) => byDefault(name))).toEqual([true, false, true, true]);
  });
});
