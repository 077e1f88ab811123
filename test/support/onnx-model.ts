import { onnx } from "../../src/weights/onnx-fields.ts";
import { bytesField, varintField } from "../../src/weights/protobuf.ts";

/** Field numbers of onnx.proto3 that the product does not read. */
const model = { irVersion: 1, producer: 2, opsetImport: 8 } as const;
const graph = { name: 2, output: 12 } as const;

const text = (value: string) => new TextEncoder().encode(value);

/** A minimal ONNX model whose graph has this name and output, and a weight of `weightBytes` bytes. */
export function onnxModel(name: string, weightBytes = 0): Uint8Array<ArrayBuffer> {
  const weight = bytesField(onnx.tensor.raw, [new Uint8Array(weightBytes).fill(7)]);
  const pieces = [
    varintField(model.irVersion, 10),
    ...bytesField(model.producer, [text("florence-edge")]),
    ...bytesField(onnx.model.graph, [
      ...bytesField(onnx.graph.initializer, weight),
      ...bytesField(graph.name, [text(name)]),
      ...bytesField(graph.output, bytesField(1, [text(name)])),
    ]),
    ...bytesField(model.opsetImport, [varintField(2, 21)]),
  ];
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** The text of a Git LFS pointer, as a clone without Git LFS has it in place of a file (git-lfs, docs/spec.md). */
export function lfsPointer(size = 5_289_277): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize ${size}\n`;
}
