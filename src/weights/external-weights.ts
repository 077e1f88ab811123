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
 * Weights from this size on leave the graph. What is smaller stays in it: shape inference reads those constants,
 * and all of them together are some tens of kilobytes.
 */
export const EXTERNAL_FROM_BYTES = 1024;

/** A file of weights, under the name that a graph calls it by. */
export interface WeightsFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** An ONNX model, and the files that its weights lie in. */
export interface ExternalModel {
  readonly graph: Uint8Array;
  readonly files: readonly WeightsFile[];
}

/** Where a weight's bytes lie once they are outside of the graph. */
interface Place {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** The model's own bytes, where its float32 weights stay. */
const STORED = "stored";
/** Those of the weights that were float16. */
const WIDENED = "widened";

const encoder = new TextEncoder();

function entry(key: string, value: string): readonly Uint8Array[] {
  return bytesField(onnx.tensor.externalData, [
    ...bytesField(onnx.entry.key, [encoder.encode(key)]),
    ...bytesField(onnx.entry.value, [encoder.encode(value)]),
  ]);
}

/** A tensor whose bytes lie at `place`; `about` is what else it says of itself. */
function externalTensor(about: readonly Uint8Array[], { path, offset, length }: Place): readonly Uint8Array[] {
  return bytesField(onnx.graph.initializer, [
    ...about,
    ...entry("location", path),
    ...entry("offset", String(offset)),
    ...entry("length", String(length)),
    varintField(onnx.tensor.location, EXTERNAL),
  ]);
}

/** A tensor's fields but those with these numbers. */
function without(bytes: Uint8Array, tensor: Message, ...numbers: readonly number[]): readonly Uint8Array[] {
  const kept = tensor.fields.filter(({ number }) => !numbers.includes(number));
  return kept.map((field) => bytes.subarray(field.start, field.end));
}

/** The same weight, float32 and in the file of what was float16. */
function wideTensor(bytes: Uint8Array, tensor: Message, name: string, place: Place): readonly Uint8Array[] {
  const { type, name: named, raw } = onnx.tensor;
  const about = [varintField(type, dataType.float), ...bytesField(named, [encoder.encode(name)])];
  return externalTensor([...without(bytes, tensor, type, named, raw), ...about], place);
}

/** The same weight in the model's own bytes, if it is large. */
function storedTensor(bytes: Uint8Array, tensor: Message): readonly Uint8Array[] | undefined {
  const raw = tensor.all(onnx.tensor.raw)[0];
  if (raw === undefined || raw.end - raw.value < EXTERNAL_FROM_BYTES) return undefined;
  const place = { path: STORED, offset: raw.value, length: raw.end - raw.value };
  return externalTensor(without(bytes, tensor, onnx.tensor.raw), place);
}

/** Where each weight lies in a file that holds them one after the other. */
function placesOf(weights: ReadonlyMap<string, Float16Weight>): ReadonlyMap<string, Place> {
  let offset = 0;
  return new Map(
    [...weights].map(([name, weight]) => {
      const length = float32Length(weight);
      offset += length;
      return [name, { path: WIDENED, offset: offset - length, length }];
    }),
  );
}

function rewriteGraph(bytes: Uint8Array, graph: Message, { weights, nodes }: Float16Weights): readonly Uint8Array[] {
  const places = placesOf(weights);
  function rewrite(field: Field): readonly Uint8Array[] | undefined {
    if (field.number !== onnx.graph.initializer) return undefined;
    const tensor = readMessage(bytes, field);
    const name = tensor.texts(onnx.tensor.name)[0] ?? "";
    const [half, place] = [weights.get(name), places.get(name)];
    return half && place ? wideTensor(bytes, tensor, half.cast, place) : storedTensor(bytes, tensor);
  }
  const kept = graph.fields.filter((field) => !nodes.has(field));
  return kept.flatMap((field) => rewrite(field) ?? [bytes.subarray(field.start, field.end)]);
}

/**
 * The same ONNX model without the bytes of its weights: each weight says instead that it is external data, at its own
 * place in `model`. ONNX Runtime then copies each weight once, straight from there, where otherwise it holds the file,
 * the parsed file and the weights at the same time. A weight that is stored as float16 and cast to float32 is given
 * as float32, without the cast, which would be computed at every run. Only the outer graph's weights move.
 * Throws `RangeError` if the bytes are no protobuf.
 */
export function withExternalWeights(model: Uint8Array): ExternalModel {
  const { fields } = readMessage(model, { value: 0, end: model.length });
  const stored = { path: STORED, data: model };
  const field = fields.find(({ number }) => number === onnx.model.graph);
  if (field === undefined) return { graph: model, files: [stored] };
  const graph = readMessage(model, field);
  const halves = findFloat16Weights(model, graph);
  const rewritten = bytesField(onnx.model.graph, rewriteGraph(model, graph, halves));
  const pieces = fields.flatMap((each) => (each === field ? rewritten : [model.subarray(each.start, each.end)]));
  const wide = { path: WIDENED, data: widenWeights(model, [...halves.weights.values()]) };
  return { graph: concatBytes(pieces), files: halves.weights.size > 0 ? [stored, wide] : [stored] };
}
