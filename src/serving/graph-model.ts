import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import type { Engine } from "../engine/engine.ts";
import type { GraphSignatures } from "../engine/messages.ts";
import type { Datatype, NamedTensor } from "../inference/protocol/datatypes.ts";
import type { Tensor, TensorInfo } from "../runtime/session.ts";
import { checkedUnits, type GraphName, graphLimits, type ModelSizes } from "./graph-limits.ts";
import type { ServedModel, TensorMetadata } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

/** The engine's graph of each served graph. */
const engineGraphs: Readonly<Record<GraphName, keyof GraphSignatures>> = {
  vision_encoder: "visionEncoder",
  embed_tokens: "embedTokens",
  encoder_model: "encoder",
  decoder_model_merged: "decoder",
};

const graphNames = Object.keys(graphLimits).filter((name): name is GraphName => name in graphLimits);

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

/** Converts an error of ONNX Runtime to `invalid-request`: incompatible input sizes are detected only when the graph runs. */
function toInvalidRequest(name: string, thrown: unknown): unknown {
  if (!(thrown instanceof Problem) || thrown.code !== "internal") return thrown;
  return new ServingFailure("invalid-request", `${name} cannot be run on these inputs. ${excerpt(thrown.detail)}`);
}

/** What the graph models need beside the engine. */
export interface GraphModelOptions {
  readonly engine: Pick<Engine, "run">;
  readonly ports: GraphSignatures;
  readonly sizes: ModelSizes;
  readonly now: () => number;
}

function createGraphModel(name: GraphName, { engine, ports, sizes, now }: GraphModelOptions): ServedModel {
  const graph = engineGraphs[name];
  const { inputs: inputPorts, outputs: outputPorts } = ports[graph];
  return {
    name,
    inputs: inputPorts.map(metadataOf),
    outputs: outputPorts.map(metadataOf),
    infer: async ({ inputs, outputNames }, { signal, admit }) => {
      const units = checkedUnits(name, inputPorts, inputs, sizes);
      const startedAt = now();
      const feeds = Object.fromEntries([...inputs].map(([input, tensor]) => [input, toTensor(tensor)]));
      const run = () => engine.run(graph, feeds, [...outputNames], signal);
      const outputs = await admit(units, run).catch((thrown: unknown) => {
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
}

/** Creates a model for each bare graph, for decoders in other processes and for clients with their own decoding loop. */
export function createGraphModels(options: GraphModelOptions): readonly ServedModel[] {
  return graphNames.map((name) => createGraphModel(name, options));
}
