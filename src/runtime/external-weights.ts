import { joinBytes } from "../bytes/join.ts";
import { bytesField, readFields, varintField, type Field } from "./protobuf.ts";

/**
 * Weights from this size on leave the graph. What is smaller stays in it: shape inference reads those constants,
 * and all of them together are some tens of kilobytes.
 */
export const EXTERNAL_FROM_BYTES = 1024;

/** The field numbers of onnx.proto3 that the way to a tensor's bytes goes through. */
const onnx = {
  modelGraph: 7,
  graphInitializer: 5,
  tensorRawData: 9,
  tensorExternalData: 13,
  tensorDataLocation: 14,
  entryKey: 1,
  entryValue: 2,
} as const;

/** `TensorProto.DataLocation.EXTERNAL`. */
const EXTERNAL = 1;

const encoder = new TextEncoder();

function entry(key: string, value: string): readonly Uint8Array[] {
  return bytesField(onnx.tensorExternalData, [
    ...bytesField(onnx.entryKey, [encoder.encode(key)]),
    ...bytesField(onnx.entryValue, [encoder.encode(value)]),
  ]);
}

/** Rewrites every field of a message with `rewrite`; where that answers nothing, the field stays as it is. */
function rewriteFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  rewrite: (field: Field) => readonly Uint8Array[] | undefined,
): readonly Uint8Array[] {
  const fields = readFields(bytes, start, end);
  return fields.flatMap((field) => rewrite(field) ?? [bytes.subarray(field.start, field.end)]);
}

function rewriteTensor(bytes: Uint8Array, tensor: Field, location: string): readonly Uint8Array[] | undefined {
  const fields = readFields(bytes, tensor.value, tensor.end);
  const raw = fields.find((field) => field.number === onnx.tensorRawData);
  if (raw === undefined || raw.end - raw.value < EXTERNAL_FROM_BYTES) return undefined;
  const kept = fields.filter((field) => field !== raw).map((field) => bytes.subarray(field.start, field.end));
  return bytesField(onnx.graphInitializer, [
    ...kept,
    ...entry("location", location),
    ...entry("offset", String(raw.value)),
    ...entry("length", String(raw.end - raw.value)),
    varintField(onnx.tensorDataLocation, EXTERNAL),
  ]);
}

/**
 * The same ONNX model without the bytes of its weights: each weight says instead that it is external data, at its own
 * place in `model` under the name `location`. ONNX Runtime then copies each weight once, straight from `model`, where
 * otherwise it holds the file, the parsed file and the weights at the same time. Only the outer graph's weights move.
 * Throws `RangeError` if the bytes are no protobuf.
 */
export function withExternalWeights(model: Uint8Array, location: string): Uint8Array {
  const pieces = rewriteFields(model, 0, model.length, (field) => {
    if (field.number !== onnx.modelGraph) return undefined;
    const graph = rewriteFields(model, field.value, field.end, (inner) =>
      inner.number === onnx.graphInitializer ? rewriteTensor(model, inner, location) : undefined,
    );
    return bytesField(onnx.modelGraph, graph);
  });
  return joinBytes(pieces);
}
