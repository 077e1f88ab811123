import { excerpt } from "../bytes/excerpt.ts";
import { graphUnits } from "../contract/work-units.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import type { TensorInfo } from "../runtime/session.ts";
import { ServingFailure } from "./serving-failure.ts";

/** Sizes of the loaded model that bound the free dimensions of its graphs. */
export interface ModelSizes {
  /** Length of the position tables: the longest sequence that encoder and decoder can process. */
  readonly positions: number;
  /** Width and height of the vision encoder's input, in pixels. */
  readonly imageSize: number;
}

/** Limit of one input for one call of a graph: all other work waits until the call ends, and ONNX Runtime keeps the memory that it took. */
interface InputLimit {
  /** What is counted: the first dimension (`images`), or all free dimensions multiplied (`tokens`). */
  readonly counts: "images" | "tokens";
  readonly max: number;
  /** The size that no free dimension but the first exceeds. */
  readonly longest: keyof ModelSizes;
  /** Maximum of rows × length²: the attention scores of one head. */
  readonly maxScores?: number;
}

/** Limits of a graph's inputs by name, and of those without a limit of their own. */
interface GraphLimits {
  readonly others: InputLimit;
  readonly named: Readonly<Record<string, InputLimit>>;
}

/**
 * Maximum tokens, of all rows, whose embeddings, encoder states, masks or pasts are sent. The small model's encoder takes 1.5 s for them. A decoder
 * without this limit took 5 GB and 11 s for the 62,000 states of one body.
 */
const MAX_TOKENS = 16_384;

/** Maximum attention scores of one head: those of eight rows of 1024 tokens, the engine's own largest batch by default. With 16 heads, 537 MB. */
const MAX_SCORES = 8 * 1024 * 1024;

/** The limits of every served graph. Outputs are larger than inputs: in Florence-2 base, 3 kB for an embedding, 205 kB for a token's logits. */
export const graphLimits = {
  vision_encoder: { others: { counts: "images", max: 16, longest: "imageSize" }, named: {} },
  embed_tokens: { others: { counts: "tokens", max: 65_536, longest: "positions" }, named: {} },
  encoder_model: {
    others: { counts: "tokens", max: MAX_TOKENS, longest: "positions", maxScores: MAX_SCORES },
    named: {},
  },
  decoder_model_merged: {
    others: { counts: "tokens", max: MAX_TOKENS, longest: "positions" },
    named: { inputs_embeds: { counts: "tokens", max: 1024, longest: "positions" } },
  },
} as const satisfies Record<string, GraphLimits>;

/** File name of a served graph; other servers serve it under the same name. */
export type GraphName = keyof typeof graphLimits;

/** An input with its limit and its size. */
interface SizedInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly limit: InputLimit;
  readonly rows: number;
  /** The free dimensions but the first. */
  readonly others: readonly number[];
  readonly count: number;
}

/** Returns the size of an input. A dimension of 0 counts as 1, so that it does not make another one free. */
function sized(graph: GraphName, port: TensorInfo, { shape }: NamedTensor): SizedInput {
  const { others: usual, named }: GraphLimits = graphLimits[graph];
  const limit = named[port.name] ?? usual;
  const free = shape.filter((_size, axis) => typeof port.shape[axis] !== "number");
  const [rows = 1, ...others] = free.map((size) => Math.max(1, size));
  const count = limit.counts === "images" ? rows : others.reduce((product, each) => product * each, rows);
  return { name: port.name, shape, limit, rows, others, count };
}

function sizedInputs(graph: GraphName, ports: readonly TensorInfo[], inputs: ReadonlyMap<string, NamedTensor>) {
  return ports.flatMap((port) => {
    const tensor = inputs.get(port.name);
    return tensor === undefined ? [] : [sized(graph, port, tensor)];
  });
}

/** Says which limit an input exceeds; undefined if it exceeds none. */
function excessOf({ limit, rows, others, count }: SizedInput, sizes: ModelSizes): string | undefined {
  const { counts, max, longest, maxScores = Infinity } = limit;
  if (others.some((size) => size > sizes[longest])) return `a row may have at most ${sizes[longest]}`;
  if (count > max) return `send at most ${max} ${counts} at once`;
  const scores = rows * Math.max(1, ...others) ** 2;
  return scores > maxScores ? `rows x length x length may be at most ${maxScores}` : undefined;
}

/**
 * Returns the units of work of a call (`contract/work-units.ts`). Throws `invalid-request`, naming the limit, if an input is too large.
 */
export function checkedUnits(
  graph: GraphName,
  ports: readonly TensorInfo[],
  inputs: ReadonlyMap<string, NamedTensor>,
  sizes: ModelSizes,
): number {
  const all = sizedInputs(graph, ports, inputs);
  for (const input of all) {
    const excess = excessOf(input, sizes);
    if (excess === undefined) continue;
    const shape = excerpt(`[${input.shape.join(", ")}]`);
    throw new ServingFailure("invalid-request", `${input.name} is ${shape}; ${excess}.`);
  }
  return Math.max(...all.map(({ limit, count }) => graphUnits({ [limit.counts]: count })));
}
