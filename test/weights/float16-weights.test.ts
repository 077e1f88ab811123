import { describe, expect, it } from "vitest";
import { withExternalWeights } from "../../src/weights/external-weights.ts";
import { narrow } from "../../src/weights/float16.ts";
import { onnx, readMessage } from "../../src/weights/onnx-fields.ts";
import { bytesField, varintField } from "../../src/weights/protobuf.ts";

const text = (value: string) => new TextEncoder().encode(value);
const concat = (pieces: readonly Uint8Array[]) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const values = Float32Array.from({ length: 600 }, (_, index) => (index - 300) / 64);

function float16Initializer(name: string, data = values): readonly Uint8Array[] {
  return bytesField(onnx.graph.initializer, [
    varintField(1, data.length),
    varintField(onnx.tensor.type, 10),
    ...bytesField(onnx.tensor.name, [text(name)]),
    ...bytesField(onnx.tensor.raw, [new Uint8Array(narrow(data).buffer)]),
  ]);
}

function node(operator: string, input: string, output: string, attributes: readonly Uint8Array[] = []) {
  return bytesField(onnx.graph.node, [
    ...bytesField(onnx.node.input, [text(input)]),
    ...bytesField(onnx.node.output, [text(output)]),
    ...bytesField(onnx.node.operator, [text(operator)]),
    ...attributes,
  ]);
}

function cast(input: string, output: string, to = 1): readonly Uint8Array[] {
  const attribute = [...bytesField(onnx.attribute.name, [text("to")]), varintField(onnx.attribute.integer, to)];
  return node("Cast", input, output, bytesField(onnx.node.attribute, attribute));
}

/** An `If` node with a subgraph that reads `name`. */
function ifNode(name: string): readonly Uint8Array[] {
  const graph = bytesField(onnx.attribute.graph, node("Relu", name, "inside"));
  return node("If", "condition", "answer", bytesField(onnx.node.attribute, graph));
}

const modelOf = (...parts: readonly (readonly Uint8Array[])[]) => concat(bytesField(onnx.model.graph, parts.flat()));

/** Rewrites a model and returns its files, operators and tensor metadata. */
function describeModel(model: Uint8Array) {
  const { graph, files } = withExternalWeights(model, { widens: true });
  const [field] = readMessage(graph, { value: 0, end: graph.length }).all(onnx.model.graph);
  const inner = readMessage(graph, field ?? { value: 0, end: 0 });
  const tensors = inner.all(onnx.graph.initializer).map((each) => readMessage(graph, each));
  return {
    files,
    operators: inner.all(onnx.graph.node).flatMap((each) => readMessage(graph, each).texts(onnx.node.operator)),
    tensors: tensors.map((tensor) => ({
      name: tensor.texts(onnx.tensor.name)[0],
      type: tensor.small(onnx.tensor.type),
      external: tensor.all(onnx.tensor.externalData).map((each) => {
        const message = readMessage(graph, each);
        return [...message.texts(onnx.entry.key), ...message.texts(onnx.entry.value)].join("=");
      }),
    })),
  };
}

describe("float16 weights", () => {
  it("become float32 under the output name of their cast, which is removed", () => {
    const { files, operators, tensors } = describeModel(
      modelOf(cast("w16", "w"), node("Relu", "w", "y"), float16Initializer("w16")),
    );
    expect(operators).toEqual(["Relu"]);
    expect(tensors).toEqual([{ name: "w", type: 1, external: ["location=widened", "offset=0", "length=2400"] }]);
    expect(files.map(({ path }) => path)).toEqual(["stored", "widened"]);
    expect(new Float32Array(files[1]?.data.buffer ?? new ArrayBuffer())).toEqual(values);
  });

  it("are concatenated, whatever their size", () => {
    const few = values.subarray(0, 3);
    const model = modelOf(
      cast("a16", "a"),
      cast("b16", "b"),
      float16Initializer("b16"),
      float16Initializer("a16", few),
    );
    const { files, tensors } = describeModel(model);
    const offsets = new Map(tensors.map(({ name, external }) => [name, external[1]]));
    expect(offsets).toEqual(
      new Map([
        ["a", "offset=0"],
        ["b", "offset=12"],
      ]),
    );
    expect(files[1]?.data.length).toBe(12 + 2400);
  });

  it.each([
    [
      "another node reads them, too",
      ["Cast", "Relu"],
      modelOf(cast("w16", "w"), node("Relu", "w16", "y"), float16Initializer("w16")),
    ],
    ["a subgraph reads them, too", ["Cast", "If"], modelOf(cast("w16", "w"), ifNode("w16"), float16Initializer("w16"))],
    ["they are cast to float64", ["Cast"], modelOf(cast("w16", "w", 11), float16Initializer("w16"))],
    ["nothing casts them", ["Relu"], modelOf(node("Relu", "w16", "y"), float16Initializer("w16"))],
  ])("stay float16 if %s", (_, nodes, model) => {
    const { files, operators, tensors } = describeModel(model);
    expect(tensors.map(({ name, type }) => [name, type])).toEqual([["w16", 10]]);
    expect(operators).toEqual(nodes);
    expect(files.map(({ path }) => path)).toEqual(["stored"]);
  });
});
