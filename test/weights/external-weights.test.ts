import { describe, expect, it } from "vitest";
import { EXTERNAL_FROM_BYTES, withExternalWeights } from "../../src/weights/external-weights.ts";
import { bytesField, readFields, varintField } from "../../src/weights/protobuf.ts";

const text = (value: string) => new TextEncoder().encode(value);
const concat = (pieces: readonly Uint8Array[]) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));

/** An initializer (`TensorProto`): one dimension, float32, a name, and bytes. */
function initializer(name: string, raw: Uint8Array): readonly Uint8Array[] {
  return bytesField(5, [
    varintField(1, raw.length / 4),
    varintField(2, 1),
    ...bytesField(8, [text(name)]),
    ...bytesField(9, [raw]),
  ]);
}

function model(initializers: readonly (readonly Uint8Array[])[]): Uint8Array {
  const graph = bytesField(7, [...bytesField(2, [text("graph")]), ...initializers.flat()]);
  return concat([varintField(1, 10), ...graph, ...bytesField(8, [varintField(2, 20)])]);
}

/** The payloads of all fields of a message with the given number. */
function payloads(bytes: Uint8Array, number: number): readonly Uint8Array[] {
  return readFields(bytes, 0, bytes.length)
    .filter((field) => field.number === number)
    .map((field) => bytes.slice(field.value, field.end));
}

function tensors(bytes: Uint8Array): readonly Uint8Array[] {
  return payloads(bytes, 7).flatMap((graph) => payloads(graph, 5));
}

/** `external_data` of a tensor, as an object. */
function externalData(tensor: Uint8Array): Readonly<Record<string, string>> {
  const entries = payloads(tensor, 13).map((entry) =>
    [1, 2].map((number) => new TextDecoder().decode(payloads(entry, number)[0])),
  );
  return Object.fromEntries(entries);
}

const large = Uint8Array.from({ length: EXTERNAL_FROM_BYTES }, (_, index) => index % 251);
const small = large.slice(0, EXTERNAL_FROM_BYTES - 4);

describe("a model with external weights", () => {
  const bytes = model([initializer("small", small), initializer("large", large)]);
  const [keptSmall, moved] = tensors(withExternalWeights(bytes, { widens: true }).graph);

  it("refers to the bytes of a large weight in the original file", () => {
    const { location, offset, length } = externalData(moved ?? new Uint8Array());
    expect(location).toBe("stored");
    expect(bytes.subarray(Number(offset), Number(offset) + Number(length))).toEqual(large);
  });

  it("no longer contains the large weight", () => {
    expect(payloads(moved ?? new Uint8Array(), 9)).toEqual([]);
    expect(payloads(moved ?? new Uint8Array(), 14)).toEqual([Uint8Array.of(1)]);
    expect(payloads(moved ?? new Uint8Array(), 8)).toEqual([text("large")]);
  });

  it("keeps smaller weights in the graph", () => {
    expect(payloads(keptSmall ?? new Uint8Array(), 9)).toEqual([small]);
    expect(keptSmall).toEqual(tensors(bytes)[0]);
  });

  it("is unchanged when it has no large weights", () => {
    const without = model([initializer("small", small)]);
    expect(withExternalWeights(without, { widens: true }).graph).toEqual(without);
  });

  it("throws RangeError when the bytes are truncated", () => {
    expect(() => withExternalWeights(bytes.subarray(0, bytes.length - 1), { widens: true })).toThrow(RangeError);
  });
});
