import { readFields, type Field } from "./protobuf.ts";

/** The field numbers of onnx.proto3, by message, as far as weights and the nodes that cast them go. */
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

/** A message inside a file: its fields, and readers of them by number. */
export interface Message {
  readonly fields: readonly Field[];
  all(number: number): readonly Field[];
  texts(number: number): readonly string[];
  /** A number of one byte, as types and flags are; 0, protobuf's default, where it is absent. */
  small(number: number): number;
}

/** Reads the message that a field holds. Throws `RangeError` where the bytes are no protobuf. */
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
