import type { Session, Tensor } from "./session.ts";
import { type Float32Tensor, free, attentionMask, padAxis, selectRows, stackRows, stackSequences } from "./tensors.ts";

/** `past_key_values.*` by name. */
export type KeyValueCache = Readonly<Record<string, Float32Tensor>>;

/** What the rows of a decoder's batch look at. */
export interface EncoderOutput {
  /** `[rows, sequence, width]`, zeros behind what is shorter. */
  readonly hidden: Float32Tensor;
  /** The tokens of each row that are not padding. */
  readonly lengths: readonly number[];
  /** `[rows, sequence]`: 1, and 0 for padding. */
  readonly mask: Tensor;
}

/** The decoder between two steps, in rows: one for each sequence it goes on with. Immutable. */
export interface DecoderState {
  readonly encoderOutput: EncoderOutput;
  /** The prompt that each row answers. */
  readonly prompts: readonly number[];
  readonly cache: KeyValueCache;
  /** Whether the cache holds a step; on the first one the decoder also projects the encoder's output. */
  readonly started: boolean;
}

/** How the inputs that hold the cache begin. */
export const PAST_PREFIX = "past_key_values.";

/** The axis of a cache's tensor that counts what was seen or written: `[rows, heads, sequence, width]`. */
const SEQUENCE_AXIS = 2;

/** Whether a tensor of the cache belongs to the attention over what the encoder gave: the same at every step. */
export function isCrossAttention(name: string): boolean {
  return name.includes(".encoder.");
}

/** One row for each of `encoded`, before the first step. `heads` and `headSize` are the decoder's. */
export function beginState(
  { inputs }: Pick<Session, "inputs">,
  { attentionHeads, headSize }: { readonly attentionHeads: number; readonly headSize: number },
  encoded: readonly Float32Tensor[],
): DecoderState {
  const dims = [encoded.length, attentionHeads, 0, headSize];
  const empty: Float32Tensor = { type: "float32", data: new Float32Array(0), dims };
  const names = inputs.map(({ name }) => name).filter((name) => name.startsWith(PAST_PREFIX));
  const lengths = encoded.map((tensor) => tensor.dims[1] ?? 0);
  return {
    encoderOutput: { hidden: stackSequences(encoded), lengths, mask: attentionMask(lengths) },
    prompts: [...encoded.keys()],
    cache: Object.fromEntries(names.map((name) => [name, empty])),
    started: false,
  };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

function pick(values: readonly number[], rows: readonly number[]): readonly number[] {
  return rows.map((row) => values[row] ?? 0);
}

function selectEncoderOutput({ hidden, lengths, mask }: EncoderOutput, rows: readonly number[]): EncoderOutput {
  // As long as before: the cross-attention's cache is.
  const [, longest = 0] = mask.dims;
  return {
    hidden: selectRows(hidden, rows),
    lengths: pick(lengths, rows),
    mask: attentionMask(pick(lengths, rows), longest),
  };
}

/** Goes on with these rows, in this order; one may come several times, or not at all. What is as before is shared, not copied. */
export function selectState(state: DecoderState, rows: readonly number[]): DecoderState {
  if (isSame(rows, [...state.prompts.keys()])) return state;
  const prompts = pick(state.prompts, rows);
  // Beams of one prompt change places often, and all of them look at the same.
  const isShared = isSame(prompts, state.prompts);
  const entries = Object.entries(state.cache).map(([name, tensor]) => {
    return [name, isShared && isCrossAttention(name) ? tensor : selectRows(tensor, rows)] as const;
  });
  const encoderOutput = isShared ? state.encoderOutput : selectEncoderOutput(state.encoderOutput, rows);
  return { ...state, encoderOutput, prompts, cache: Object.fromEntries(entries) };
}

function concatEncoderOutputs(encoderOutput: readonly EncoderOutput[], longest: number): EncoderOutput {
  const lengths = encoderOutput.flatMap((each) => each.lengths);
  const hidden = stackRows(encoderOutput.map((each) => padAxis(each.hidden, 1, longest)));
  return { hidden, lengths, mask: attentionMask(lengths, longest) };
}

/**
 * The rows of all `states` under each other, as copies. All must have taken the same number of steps: the graph has no mask
 * for what was written, so the rows of a batch are equally long. What they have seen may differ; the shorter is padded.
 */
export function concatStates(states: readonly DecoderState[]): DecoderState {
  const longest = Math.max(...states.map(({ encoderOutput }) => encoderOutput.mask.dims[1] ?? 0));
  const names = Object.keys(states[0]?.cache ?? {});
  const entries = names.map((name) => {
    const tensors = states.flatMap(({ cache }) => cache[name] ?? []);
    const padded = isCrossAttention(name) ? tensors.map((each) => padAxis(each, SEQUENCE_AXIS, longest)) : tensors;
    return [name, stackRows(padded)] as const;
  });
  let first = 0;
  const prompts = states.flatMap((state) => {
    const begin = first;
    first += Math.max(0, ...state.prompts.map((prompt) => prompt + 1));
    return state.prompts.map((prompt) => begin + prompt);
  });
  const encoderOutput = concatEncoderOutputs(
    states.map((state) => state.encoderOutput),
    longest,
  );
  return {
    encoderOutput,
    prompts,
    cache: Object.fromEntries(entries),
    started: states.every(({ started }) => started),
  };
}

function tensorsOf({ cache, encoderOutput }: DecoderState): readonly Tensor[] {
  return [...Object.values(cache), encoderOutput.hidden];
}

/**
 * Frees what `state` holds and no state of `kept` does; `state` must not be used again. Every step makes the whole
 * cache anew, and left to the collector the old ones pile up to a hundred megabytes within one long answer.
 */
export function releaseState(state: DecoderState, kept: readonly DecoderState[]): void {
  const wanted = new Set(kept.flatMap(tensorsOf));
  free(
    tensorsOf(state)
      .filter((tensor) => !wanted.has(tensor))
      .map(({ data }) => data),
  );
}
