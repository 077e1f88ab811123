import { describe, expect, it } from "vitest";
import { decodeReply, encodeReply, encodeRequest } from "../../../src/inference/protocol/binary-extension.ts";
import { swapBytes } from "../../../src/inference/protocol/binary-tensors.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import { codeOf, plain, utf8, valueOf } from "../../support/protocol-tensors.ts";

const image: NamedTensor = { name: "image", datatype: "BYTES", shape: [2], data: [utf8("é"), utf8("")] };
const matrix: NamedTensor = { name: "states", datatype: "FP32", shape: [1, 2], data: Float32Array.of(1, -2) };
const counts: NamedTensor = { name: "count", datatype: "INT32", shape: [1], data: Int32Array.of(7) };

describe("encodeRequest", () => {
  it("encodes the format of the binary tensor extension, byte for byte", () => {
    const request = {
      id: "é",
      inputs: [image, counts, matrix],
      outputs: [{ name: "text", parameters: { binary_data: true } }],
    };
    const { body, headers } = valueOf(encodeRequest(request, (name) => name !== "count"));
    const json =
      '{"id":"é","outputs":[{"name":"text","parameters":{"binary_data":true}}],"inputs":[' +
      '{"name":"image","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":10}},' +
      '{"name":"count","datatype":"INT32","shape":[1],"data":[7]},' +
      '{"name":"states","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}';
    const section = [2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
    expect(Array.from(body)).toEqual([...utf8(json), ...section]);
    expect(headers).toEqual({
      "Content-Type": "application/octet-stream",
      "Inference-Header-Content-Length": String(utf8(json).length),
    });
  });

  it("encodes plain JSON without binary tensors", () => {
    const { body, headers } = valueOf(encodeRequest({ inputs: [counts] }, () => false));
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      inputs: [{ name: "count", datatype: "INT32", shape: [1], data: [7] }],
    });
    expect(headers).toEqual({ "Content-Type": "application/json" });
  });

  it.each<[string, NamedTensor[], string]>([
    ["two tensors with the same name", [counts, { ...counts }], "duplicate-name"],
    ["an empty name", [{ ...counts, name: "" }], "field"],
    ["more elements than the shape has", [{ ...counts, data: Int32Array.of(1, 2) }], "element-count"],
    ["a negative size", [{ ...counts, shape: [-1] }], "shape"],
    ["a size that is not an integer", [{ ...counts, shape: [0.5] }], "shape"],
    ["too many dimensions", [{ ...counts, shape: Array.from({ length: 65 }, () => 1) }], "shape"],
    ["a parameter that JSON cannot represent", [{ ...counts, parameters: { scale: NaN } }], "field"],
  ])("rejects %s", (_, inputs, code) => {
    expect(codeOf(encodeRequest({ inputs }, () => true))).toBe(code);
  });

  it("rejects an output that is requested twice", () => {
    expect(codeOf(encodeRequest({ inputs: [], outputs: [{ name: "a" }, { name: "a" }] }, () => true))).toBe(
      "duplicate-name",
    );
  });
});

describe("a truncated or manipulated body", () => {
  const reply = { modelName: "m", modelVersion: "1", outputs: [image, counts, matrix] };
  const { body, headers } = valueOf(encodeReply(reply, (name) => name !== "count"));
  const length = Number(new Headers(headers).get("Inference-Header-Content-Length"));

  it("decodes before truncation", () => {
    expect(valueOf(decodeReply(body, new Headers(headers))).outputs.map(plain)).toEqual(reply.outputs.map(plain));
  });

  it("is rejected when truncated at any offset, or one byte too long", () => {
    const results = Array.from(
      { length: body.length },
      (_, end) => decodeReply(body.subarray(0, end), new Headers(headers)).ok,
    );
    expect(results).not.toContain(true);
    expect(codeOf(decodeReply(Uint8Array.from([...body, 0]), new Headers(headers)))).toBe("byte-count");
  });

  it("is rejected for every other Inference-Header-Content-Length", () => {
    const lengths = Array.from({ length: body.length + 3 }, (_, each) => each).filter((each) => each !== length);
    const results = lengths.map((each) => decodeReply(body, { get: () => String(each) }).ok);
    expect(results).not.toContain(true);
  });

  it.each(["", "-1", "1e2", "0x10", "12a", "1.5", "99999999999999999999"])(
    "is rejected when Inference-Header-Content-Length is %j",
    (text) => {
      expect(codeOf(decodeReply(body, { get: () => text }))).toBe("header-length");
    },
  );

  it("is rejected when Inference-Header-Content-Length exceeds the body", () => {
    expect(codeOf(decodeReply(body, { get: () => String(body.length + 1) }))).toBe("header-length");
  });

  it("is rejected as one raw tensor", () => {
    expect(codeOf(decodeReply(body, { get: () => "0" }))).toBe("raw-mode");
  });

  it("is rejected without the header, since binary data is not JSON", () => {
    expect(codeOf(decodeReply(body, new Headers()))).toBe("json");
  });
});

describe("a tensor's data", () => {
  it("is a view of the body where its offset is a multiple of the element width, and a copy elsewhere", () => {
    const { body, headers } = valueOf(encodeReply({ modelName: "m", outputs: [matrix] }, () => true));
    const views = [0, 1, 2, 3].map((shift) => {
      const shifted = new Uint8Array(body.length + shift);
      shifted.set(body, shift);
      const [tensor] = valueOf(decodeReply(shifted.subarray(shift), new Headers(headers))).outputs;
      return tensor?.datatype === "FP32" && tensor.data.buffer === shifted.buffer;
    });
    expect(views.filter(Boolean)).toHaveLength(1);
  });
});

describe("swapBytes", () => {
  it("reverses the bytes of each element, as a big-endian host needs", () => {
    expect(Array.from(swapBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4))).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    expect(Array.from(swapBytes(Uint8Array.of(1, 2, 3, 4), 2))).toEqual([2, 1, 4, 3]);
  });
});
