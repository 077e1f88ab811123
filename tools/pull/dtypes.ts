import { modelFiles } from "../../src/runtime/load-model.ts";
import { UsageError } from "../run-command.ts";

/** File name suffixes of onnx-community by the type of a graph's weights: `onnx/vision_encoder_fp16.onnx`. */
const suffixes = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

type Dtype = keyof typeof suffixes;

/** The graphs by their names in a mix. */
const graphs = {
  vision_encoder: modelFiles.visionEncoder,
  embed_tokens: modelFiles.embedTokens,
  encoder_model: modelFiles.encoder,
  decoder_model_merged: modelFiles.decoder,
} as const;

type Graph = keyof typeof graphs;

/** The dtype of each of the four graphs, in their order. */
export type Dtypes = readonly (readonly [graph: Graph, dtype: Dtype])[];

const graphNames = Object.keys(graphs).filter((name) => isGraph(name));
const dtypeNames = Object.keys(suffixes).join(", ");

/** The help text of `--dtype`. */
export const DTYPES_HELP = `${dtypeNames}; or a mix that names every graph:
                      ${graphNames.map((graph) => `${graph}=…`).join(",")}`;

function isGraph(name: string): name is Graph {
  return Object.hasOwn(graphs, name);
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(suffixes, name);
}

function dtype(name: string): Dtype {
  if (isDtype(name)) return name;
  throw new UsageError(`There is no dtype ${JSON.stringify(name)}: there are ${dtypeNames}.`);
}

function parseMix(text: string): Dtypes {
  const chosen = new Map<string, Dtype>();
  for (const pair of text.split(",")) {
    const [graph = "", name = "", ...others] = pair.split("=");
    if (!isGraph(graph) || chosen.has(graph) || others.length > 0) {
      throw new UsageError(`--dtype ${text}: a mix names each of ${graphNames.join(", ")} once, as graph=dtype.`);
    }
    chosen.set(graph, dtype(name));
  }
  return graphNames.map((graph) => {
    const name = chosen.get(graph);
    if (name === undefined) throw new UsageError(`--dtype ${text} names no dtype for ${graph}.`);
    return [graph, name];
  });
}

/** Parses `--dtype`: one dtype for all graphs, or `graph=dtype` for each. Throws `UsageError`. */
export function parseDtypes(text: string): Dtypes {
  if (text.includes("=")) return parseMix(text);
  const all = dtype(text);
  return graphNames.map((graph) => [graph, all]);
}

/** Returns the dtypes as the manifest writes them: `fp16`, or the whole mix. */
export function describeDtypes(dtypes: Dtypes): string {
  const [first, ...others] = new Set(dtypes.map(([, name]) => name));
  if (first !== undefined && others.length === 0) return first;
  return dtypes.map(([graph, name]) => `${graph}=${name}`).join(",");
}

/** Returns each graph's path in the layout and the path of the chosen file in the repository. */
export function graphFiles(dtypes: Dtypes): readonly { readonly path: string; readonly remote: string }[] {
  return dtypes.map(([graph, name]) => {
    const path = graphs[graph];
    return { path, remote: path.replace(/\.onnx$/u, `${suffixes[name]}.onnx`) };
  });
}
