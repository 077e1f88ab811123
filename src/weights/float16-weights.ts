import { dataType, onnx, readMessage, type Message } from "./onnx-fields.ts";
import { widen } from "./float16.ts";
import type { Field } from "./protobuf.ts";

/** A weight that is stored as float16 and cast to float32 before anything else reads it. */
export interface Float16Weight {
  /** What its cast is called: the name that everything else knows. */
  readonly cast: string;
  /** Where its values lie in the model. */
  readonly raw: Field;
}

/** The weights of a graph that need no cast once they are wide. */
export interface Float16Weights {
  /** By the name under which each is stored. */
  readonly weights: ReadonlyMap<string, Float16Weight>;
  /** The casts, as fields of the graph. */
  readonly nodes: ReadonlySet<Field>;
}

/** Every name that a graph's nodes read, once for each time, those of the graphs inside them, too. */
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

/** Where each float16 weight's bytes lie, by its name. */
function findHalves(bytes: Uint8Array, graph: Message): ReadonlyMap<string, Field> {
  const tensors = graph.all(onnx.graph.initializer).map((field) => readMessage(bytes, field));
  const halves = tensors.filter((tensor) => tensor.small(onnx.tensor.type) === dataType.float16);
  return new Map(
    halves.flatMap((tensor) => {
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

/** The casts of float16 weights that nothing but the cast reads. */
function findCasts(bytes: Uint8Array, graph: Message, halves: ReadonlyMap<string, Field>) {
  if (halves.size === 0) return [];
  const reads = Map.groupBy(readNames(bytes, graph), (name) => name);
  return graph.all(onnx.graph.node).flatMap((node) => {
    const message = readMessage(bytes, node);
    const [name = "", cast] = [message.texts(onnx.node.input)[0], message.texts(onnx.node.output)[0]];
    const raw = halves.get(name);
    if (raw === undefined || cast === undefined || !isCastToFloat(bytes, message)) return [];
    return reads.get(name)?.length === 1 ? [{ node, name, cast, raw }] : [];
  });
}

/** Finds them. */
export function findFloat16Weights(bytes: Uint8Array, graph: Message): Float16Weights {
  const casts = findCasts(bytes, graph, findHalves(bytes, graph));
  return {
    weights: new Map(casts.map(({ name, cast, raw }) => [name, { cast, raw }])),
    nodes: new Set(casts.map(({ node }) => node)),
  };
}

/** How many bytes a weight has as float32. */
export function float32Length({ raw }: Float16Weight): number {
  return 2 * (raw.end - raw.value);
}

/** The float32 values of weights, one after the other. Each is copied into its place at once: an isolate has no room for two of all. */
export function widenWeights(bytes: Uint8Array, weights: readonly Float16Weight[]): Uint8Array {
  const all = new Uint8Array(weights.reduce((sum, weight) => sum + float32Length(weight), 0));
  let at = 0;
  for (const weight of weights) {
    all.set(new Uint8Array(widen(bytes.slice(weight.raw.value, weight.raw.end)).buffer), at);
    at += float32Length(weight);
  }
  return all;
}
