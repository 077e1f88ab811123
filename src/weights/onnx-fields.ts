import { readFields, type Field } from "./protobuf.ts";

/** Field numbers of onnx.proto3, by message: those needed for weights and for the nodes that cast them. */
export const onnx = {
  model: { graph: 7 },
  graph: { node: 1, initializer: 5 },
  node: { input: 1, output: 2, operator: 4, attribute: 5 },
  attribute: { name: 1, integer: 3, graph: 6 },
  tensor: { type: 2, name: 8, raw: 9, externalData: 13, location: 14 },
  entry: { key: 1, value: 2 },
} as const;

/** `TensorProto.DataType`. */
export const dataType = { float: 1, float16: 10 } as const;
/** `TensorProto.DataLocation.EXTERNAL`. */
export const EXTERNAL = 1;

const decoder = new TextDecoder();

/** A parsed message: its fields, and accessors by field number. */
export interface Message {
  readonly fields: readonly Field[];
  all(number: number): readonly Field[];
  texts(number: number): readonly string[];
  /** A one-byte integer, such as a type or a flag. Returns 0, protobuf's default, if the field is absent. */
  small(number: number): number;
}

/** Parses the message in a field. Throws `RangeError` if the bytes are not protobuf. */
export function readMessage(bytes: Uint8Array, { value, end }: Pick<Field, "value" | "end">): Message {
  const fields = readFields(bytes, value, end);
  const all = (number: number) => fields.filter((field) => field.number === number);
  return {
    fields,
    all,
    texts: (number) => all(number).map((field) => decoder.decode(bytes.subarray(field.value, field.end))),
    small: (number) => bytes[all(number).at(-1)?.value ?? -1] ?? 0,
  };
}
