import { excerpt } from "../bytes/excerpt.ts";
import { IMAGE_UNITS } from "../contract/work-units.ts";
import { Problem } from "../contract/problems.ts";
import type { Engine } from "../engine/engine.ts";
import type { GraphSignatures } from "../engine/messages.ts";
import type { Datatype, NamedTensor } from "../inference/protocol/datatypes.ts";
import type { Tensor, TensorInfo } from "../runtime/session.ts";
import type { ModelRequest, ServedModel, TensorMetadata } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

/** A graph with a size limit for one call, because all other work waits until the call ends. */
interface ServedGraph {
  readonly graph: keyof GraphSignatures;
  /** The input that the limit applies to. */
  readonly limitedInput: string;
  /** Maximum product of the free dimensions of that input: number of images, or of tokens in all rows. */
  readonly maxSize: number;
}

/**
 * The graphs by their file names, under which other servers serve them too. Their outputs are far larger than their inputs: in
 * Florence-2 base, the embedding of a token takes 3 kB, its logits 205 kB, and the attention of a thousand tokens 50 MB.
 */
export const servedGraphs: Readonly<Record<string, ServedGraph>> = {
  vision_encoder: { graph: "visionEncoder", limitedInput: "pixel_values", maxSize: 16 },
  embed_tokens: { graph: "embedTokens", limitedInput: "input_ids", maxSize: 65_536 },
  encoder_model: { graph: "encoder", limitedInput: "inputs_embeds", maxSize: 16_384 },
  decoder_model_merged: { graph: "decoder", limitedInput: "inputs_embeds", maxSize: 1024 },
};

const datatypes = { float32: "FP32", int64: "INT64", bool: "BOOL" } as const satisfies Record<Tensor["type"], Datatype>;

function metadataOf({ name, type, shape }: TensorInfo): TensorMetadata {
  return { name, datatype: datatypes[type], shape: shape.map((size) => (typeof size === "number" ? size : -1)) };
}

/** Copies the data: it is a view of the whole request body, which would otherwise be transferred to the engine thread with it. */
function toTensor({ datatype, data, shape: dims, name }: NamedTensor): Tensor {
  if (datatype === "FP32") return { type: "float32", data: data.slice(), dims };
  if (datatype === "INT64") return { type: "int64", data: data.slice(), dims };
  if (datatype === "BOOL") return { type: "bool", data: data.slice(), dims };
  throw new ServingFailure("invalid-request", `${name} is ${datatype}, which no graph takes.`);
}

function fromTensor(name: string, { type, data, dims: shape }: Tensor): NamedTensor {
  if (type === "float32") return { name, datatype: "FP32", shape, data };
  if (type === "int64") return { name, datatype: "INT64", shape, data };
  return { name, datatype: "BOOL", shape, data };
}

/** Throws `invalid-request` if the limited input is too large. */
function checkSize(
  inputs: ModelRequest["inputs"],
  { limitedInput, maxSize }: ServedGraph,
  ports: readonly TensorInfo[],
): void {
  const declared = ports.find(({ name }) => name === limitedInput)?.shape ?? [];
  const shape = inputs.get(limitedInput)?.shape ?? [];
  const size = shape.reduce(
    (product, each, axis) => (typeof declared[axis] === "number" ? product : product * each),
    1,
  );
  if (size <= maxSize) return;
  throw new ServingFailure(
    "invalid-request",
    `${limitedInput} is ${excerpt(`[${shape.join(", ")}]`)}; send at most ${maxSize} at once.`,
  );
}

/** Converts an error of ONNX Runtime to `invalid-request`: incompatible input sizes are detected only when the graph runs. */
function toInvalidRequest(name: string, thrown: unknown): unknown {
  if (!(thrown instanceof Problem) || thrown.code !== "internal") return thrown;
  return new ServingFailure("invalid-request", `${name} cannot be run on these inputs. ${excerpt(thrown.detail)}`);
}

/** Creates a model for each bare graph, for decoders in other processes and for clients with their own decoding loop. */
export function createGraphModels(
  engine: Pick<Engine, "run">,
  ports: GraphSignatures,
  now: () => number,
): readonly ServedModel[] {
  return Object.entries(servedGraphs).map(([name, served]): ServedModel => {
    const { graph } = served;
    const { inputs: inputPorts, outputs: outputPorts } = ports[graph];
    return {
      name,
      inputs: inputPorts.map(metadataOf),
      outputs: outputPorts.map(metadataOf),
      infer: async ({ inputs, outputNames }, { signal, admit }) => {
        checkSize(inputs, served, inputPorts);
        const startedAt = now();
        const feeds = Object.fromEntries([...inputs].map(([input, tensor]) => [input, toTensor(tensor)]));
        const run = () => engine.run(graph, feeds, [...outputNames], signal);
        const outputs = await admit(IMAGE_UNITS, run).catch((thrown: unknown) => {
          throw toInvalidRequest(name, thrown);
        });
        const times = { queue: 0, encode: now() - startedAt, decode: 0 };
        return {
          outputs: Object.entries(outputs).map(([output, tensor]) => fromTensor(output, tensor)),
          times,
          tokens: 0,
        };
      },
    };
  });
}
