import { concatBytes } from "../bytes/concat-bytes.ts";
import {
  findFloat16Weights,
  float32Length,
  widenWeights,
  type Float16Weight,
  type Float16Weights,
} from "./float16-weights.ts";
import { dataType, EXTERNAL, onnx, readMessage, type Message } from "./onnx-fields.ts";
import { bytesField, varintField, type Field } from "./protobuf.ts";

/**
 * Minimum size in bytes of a weight that is moved out of the graph. Smaller weights stay in it: shape inference reads those
 * constants, and all of them together are some tens of kilobytes.
 */
export const EXTERNAL_FROM_BYTES = 1024;

/** A file of weights. `path` is the name that the graph refers to. */
export interface WeightsFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** An ONNX model, and the files that contain its weights. */
export interface ExternalModel {
  readonly graph: Uint8Array;
  readonly files: readonly WeightsFile[];
}

/** The byte range of an external weight, as ONNX external data describes it. */
interface ExternalRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Path of the model's own bytes, in which its float32 weights stay. */
const STORED = "stored";
/** Path of the file with the weights that were converted from float16. */
const WIDENED = "widened";

const encoder = new TextEncoder();

function entry(key: string, value: string): readonly Uint8Array[] {
  return bytesField(onnx.tensor.externalData, [
    ...bytesField(onnx.entry.key, [encoder.encode(key)]),
    ...bytesField(onnx.entry.value, [encoder.encode(value)]),
  ]);
}

/** Encodes an initializer with its bytes at `range`; `fields` are its other fields. */
function externalTensor(fields: readonly Uint8Array[], { path, offset, length }: ExternalRange): readonly Uint8Array[] {
  return bytesField(onnx.graph.initializer, [
    ...fields,
    ...entry("location", path),
    ...entry("offset", String(offset)),
    ...entry("length", String(length)),
    varintField(onnx.tensor.location, EXTERNAL),
  ]);
}

/** Returns the encoded fields of a tensor, except those with the given numbers. */
function without(bytes: Uint8Array, tensor: Message, ...numbers: readonly number[]): readonly Uint8Array[] {
  const kept = tensor.fields.filter(({ number }) => !numbers.includes(number));
  return kept.map((field) => bytes.subarray(field.start, field.end));
}

/** Encodes a float16 weight as an external float32 tensor in the file of widened weights. */
function widenedTensor(bytes: Uint8Array, tensor: Message, name: string, range: ExternalRange): readonly Uint8Array[] {
  const { type, name: named, raw } = onnx.tensor;
  const changed = [varintField(type, dataType.float), ...bytesField(named, [encoder.encode(name)])];
  return externalTensor([...without(bytes, tensor, type, named, raw), ...changed], range);
}

/** Encodes a weight as an external tensor in the model's own bytes. Returns undefined if it is too small to be moved. */
function storedTensor(bytes: Uint8Array, tensor: Message): readonly Uint8Array[] | undefined {
  const raw = tensor.all(onnx.tensor.raw)[0];
  if (raw === undefined || raw.end - raw.value < EXTERNAL_FROM_BYTES) return undefined;
  const range = { path: STORED, offset: raw.value, length: raw.end - raw.value };
  return externalTensor(without(bytes, tensor, onnx.tensor.raw), range);
}

/** The byte range of each weight in a file that concatenates them. */
function rangesOf(weights: ReadonlyMap<string, Float16Weight>): ReadonlyMap<string, ExternalRange> {
  let offset = 0;
  return new Map(
    [...weights].map(([name, weight]) => {
      const length = float32Length(weight);
      offset += length;
      return [name, { path: WIDENED, offset: offset - length, length }];
    }),
  );
}

/** For a model that keeps its casts. */
const NONE: Float16Weights = { weights: new Map(), nodes: new Set() };

function rewriteGraph(bytes: Uint8Array, graph: Message, { weights, nodes }: Float16Weights): readonly Uint8Array[] {
  const ranges = rangesOf(weights);
  function rewrite(field: Field): readonly Uint8Array[] | undefined {
    if (field.number !== onnx.graph.initializer) return undefined;
    const tensor = readMessage(bytes, field);
    const name = tensor.texts(onnx.tensor.name)[0] ?? "";
    const [float16, range] = [weights.get(name), ranges.get(name)];
    return float16 && range ? widenedTensor(bytes, tensor, float16.castOutput, range) : storedTensor(bytes, tensor);
  }
  const kept = graph.fields.filter((field) => !nodes.has(field));
  return kept.flatMap((field) => rewrite(field) ?? [bytes.subarray(field.start, field.end)]);
}

/**
 * Moves the weights of an ONNX model out of the graph: each becomes external data that refers to its bytes in `model`. ONNX
 * Runtime then copies each weight once, directly from there; otherwise it holds the file, the parsed file and the weights at the
 * same time. With `widens`, a weight that is stored as float16 and cast to float32 becomes a float32 weight of twice the size without the cast,
 * which otherwise runs at every call. Only weights of the outer graph are moved. Throws `RangeError` if the bytes are not protobuf.
 */
export function withExternalWeights(model: Uint8Array, { widens }: { readonly widens: boolean }): ExternalModel {
  const { fields } = readMessage(model, { value: 0, end: model.length });
  const stored = { path: STORED, data: model };
  const field = fields.find(({ number }) => number === onnx.model.graph);
  if (field === undefined) return { graph: model, files: [stored] };
  const graph = readMessage(model, field);
  const float16 = widens ? findFloat16Weights(model, graph) : NONE;
  const rewritten = bytesField(onnx.model.graph, rewriteGraph(model, graph, float16));
  const pieces = fields.flatMap((each) => (each === field ? rewritten : [model.subarray(each.start, each.end)]));
  const widened = { path: WIDENED, data: widenWeights(model, [...float16.weights.values()]) };
  return { graph: concatBytes(pieces), files: float16.weights.size > 0 ? [stored, widened] : [stored] };
}
