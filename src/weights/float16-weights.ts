import { dataType, onnx, readMessage, type Message } from "./onnx-fields.ts";
import { widen } from "./float16.ts";
import type { Field } from "./protobuf.ts";

/** A weight that is stored as float16 and read only by a cast to float32. */
export interface Float16Weight {
  /** Name of the cast's output, which the other nodes read. */
  readonly castOutput: string;
  /** The field of the model that contains its values. */
  readonly raw: Field;
}

/** The float16 weights of a graph that need no cast once they are stored as float32. */
export interface Float16Weights {
  /** The weights by the name of their stored tensor. */
  readonly weights: ReadonlyMap<string, Float16Weight>;
  /** Their cast nodes, as fields of the graph. */
  readonly nodes: ReadonlySet<Field>;
}

/** The input names of all nodes of a graph and its subgraphs. A name that is read several times occurs as often. */
function readNames(bytes: Uint8Array, graph: Message): readonly string[] {
  return graph.all(onnx.graph.node).flatMap((field) => {
    const node = readMessage(bytes, field);
    const attributes = node.all(onnx.node.attribute).map((attribute) => readMessage(bytes, attribute));
    const inner = attributes.flatMap((attribute) => attribute.all(onnx.attribute.graph));
    return [
      ...node.texts(onnx.node.input),
      ...inner.flatMap((subgraph) => readNames(bytes, readMessage(bytes, subgraph))),
    ];
  });
}

/** The field with the values of each float16 tensor, by the name of the tensor. */
function findFloat16Tensors(bytes: Uint8Array, graph: Message): ReadonlyMap<string, Field> {
  const tensors = graph.all(onnx.graph.initializer).map((field) => readMessage(bytes, field));
  const float16Tensors = tensors.filter((tensor) => tensor.small(onnx.tensor.type) === dataType.float16);
  return new Map(
    float16Tensors.flatMap((tensor) => {
      const [name, raw] = [tensor.texts(onnx.tensor.name)[0], tensor.all(onnx.tensor.raw)[0]];
      return name === undefined || raw === undefined ? [] : [[name, raw]];
    }),
  );
}

function isCastToFloat(bytes: Uint8Array, node: Message): boolean {
  if (node.texts(onnx.node.operator)[0] !== "Cast") return false;
  const attributes = node.all(onnx.node.attribute).map((attribute) => readMessage(bytes, attribute));
  return attributes.some(
    (attribute) =>
      attribute.texts(onnx.attribute.name)[0] === "to" && attribute.small(onnx.attribute.integer) === dataType.float,
  );
}

/** The cast nodes of float16 weights that only the cast reads. */
function findCasts(bytes: Uint8Array, graph: Message, float16Tensors: ReadonlyMap<string, Field>) {
  if (float16Tensors.size === 0) return [];
  const reads = Map.groupBy(readNames(bytes, graph), (name) => name);
  return graph.all(onnx.graph.node).flatMap((node) => {
    const message = readMessage(bytes, node);
    const [name = "", castOutput] = [message.texts(onnx.node.input)[0], message.texts(onnx.node.output)[0]];
    const raw = float16Tensors.get(name);
    if (raw === undefined || castOutput === undefined || !isCastToFloat(bytes, message)) return [];
    return reads.get(name)?.length === 1 ? [{ node, name, castOutput, raw }] : [];
  });
}

/** Finds the float16 weights that only a cast to float32 reads. */
export function findFloat16Weights(bytes: Uint8Array, graph: Message): Float16Weights {
  const casts = findCasts(bytes, graph, findFloat16Tensors(bytes, graph));
  return {
    weights: new Map(casts.map(({ name, castOutput, raw }) => [name, { castOutput, raw }])),
    nodes: new Set(casts.map(({ node }) => node)),
  };
}

/** Returns the size of a weight as float32, in bytes. */
export function float32Length({ raw }: Float16Weight): number {
  return 2 * (raw.end - raw.value);
}

/**
 * Concatenates the float32 values of weights. Each weight is copied to its position as soon as it is widened, because an isolate
 * has no memory for two copies of all weights.
 */
export function widenWeights(bytes: Uint8Array, weights: readonly Float16Weight[]): Uint8Array {
  const output = new Uint8Array(weights.reduce((sum, weight) => sum + float32Length(weight), 0));
  let offset = 0;
  for (const weight of weights) {
    output.set(new Uint8Array(widen(bytes.slice(weight.raw.value, weight.raw.end)).buffer), offset);
    offset += float32Length(weight);
  }
  return output;
}
