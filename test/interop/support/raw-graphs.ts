import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { InferenceClient } from "../../../src/inference/protocol/client.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import { createNativeSessions } from "../../../src/runtime/ort-node.ts";
import type { Session, Tensor, TensorInfo } from "../../../src/runtime/session.ts";
import { root } from "./environment.ts";

/** Sizes for the graphs' symbolic dimensions; the decoder's past is empty, as in its first step. */
const sizes: ReadonlyMap<string, number> = new Map([
  ["batch_size", 2],
  ["sequence_length", 5],
  ["encoder_sequence_length", 7],
  ["decoder_sequence_length", 1],
  ["past_decoder_sequence_length", 0],
  ["past_encoder_sequence_length", 0],
]);

/** The largest difference allowed between two builds of ONNX Runtime, for values up to some tens. */
const TOLERANCE = 1e-3;

/** Sample data for an input: non-padding ids, full masks, sine values, and the state of a decoder before its first step. */
function sampleOf({ type, shape }: TensorInfo): Tensor {
  const dims = shape.map((size) => (typeof size === "number" ? size : (sizes.get(size) ?? 1)));
  const length = dims.reduce((product, size) => product * size, 1);
  if (type === "bool") return { type, dims, data: new Uint8Array(length) };
  if (type === "int64") return { type, dims, data: new BigInt64Array(length).fill(1n) };
  return { type: "float32", dims, data: Float32Array.from({ length }, (_, at) => Math.sin(at)) };
}

function named(name: string, tensor: Tensor): NamedTensor {
  const shape = tensor.dims;
  if (tensor.type === "bool") return { name, shape, datatype: "BOOL", data: tensor.data };
  if (tensor.type === "int64") return { name, shape, datatype: "INT64", data: tensor.data };
  return { name, shape, datatype: "FP32", data: tensor.data };
}

async function openGraph(name: string): Promise<Session> {
  const createSession = createNativeSessions({ threads: 1 });
  return createSession(await readFile(join(root, "model-shards/mini/onnx", `${name}.onnx`)));
}

function expectClose(actual: NamedTensor | undefined, expected: Tensor | undefined): void {
  expect(actual?.shape).toEqual(expected?.dims);
  const [one, other] = [[...(actual?.data ?? [])].map(Number), [...(expected?.data ?? [])].map(Number)];
  const difference = one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? Infinity))), 0);
  expect(difference).toBeLessThan(TOLERANCE);
}

/** A shape as in the protocol's metadata: -1 for a symbolic size. */
function describedShape({ shape }: TensorInfo): readonly number[] {
  return shape.map((size) => (typeof size === "number" ? size : -1));
}

/** Compares the bare graphs of a server with the same files run here. */
export function describeRawGraphs(clientOf: () => InferenceClient): void {
  it.each(["vision_encoder", "embed_tokens", "encoder_model", "decoder_model_merged"])(
    "%s returns the outputs of ONNX Runtime here, and has the metadata of the file",
    async (name) => {
      const graph = await openGraph(name);
      const samples = graph.inputs.map((port) => [port.name, sampleOf(port)] as const);
      const expected = await graph.run(Object.fromEntries(samples));
      const inputs = samples.map(([input, tensor]) => named(input, tensor));
      const { outputs } = await clientOf().infer(name, { inputs });
      for (const port of graph.outputs) expectClose(outputs.get(port.name), expected[port.name]);
      const metadata = await clientOf().metadata(name);
      expect(metadata.inputs.map(({ shape }) => shape)).toEqual(graph.inputs.map(describedShape));
      expect(metadata.outputs.map(({ shape }) => shape)).toEqual(graph.outputs.map(describedShape));
      await graph.release();
    },
  );

  it("refuses an invalid request with status 400 and stays ready", async () => {
    const inputs: readonly NamedTensor[] = [
      { name: "input_ids", datatype: "INT64", shape: [1, 2], data: BigInt64Array.of(0n, 1_000_000n) },
    ];
    await expect(clientOf().infer("embed_tokens", { inputs })).rejects.toMatchObject({ kind: "refused", status: 400 });
    expect(await clientOf().ready()).toBe(true);
  });
}
