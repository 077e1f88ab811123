import type { Session, Tensor } from "./session.ts";
import { type Float32Tensor, free, attentionMask, padAxis, selectRows, stackRows, stackSequences } from "./tensors.ts";

/** The decoder's key-value cache: the `past_key_values.*` tensors by name. */
export type KeyValueCache = Readonly<Record<string, Float32Tensor>>;

/** The encoder output that the rows of a decoder batch attend to. */
export interface EncoderOutput {
  /** `[rows, sequence, width]`; shorter sequences are padded with zeros at the end. */
  readonly hidden: Float32Tensor;
  /** The number of tokens of each row, without padding. */
  readonly lengths: readonly number[];
  /** `[rows, sequence]`: 1 for a token, 0 for padding. */
  readonly mask: Tensor;
}

/** The decoder between two steps, with one row for each active sequence. Immutable. */
export interface DecoderState {
  readonly encoderOutput: EncoderOutput;
  /** The index of the prompt of each row. */
  readonly prompts: readonly number[];
  readonly cache: KeyValueCache;
  /** Whether the cache holds at least one step. On the first step the decoder also projects the encoder's output. */
  readonly started: boolean;
}

/** Name prefix of the graph inputs that hold the cache. */
export const PAST_PREFIX = "past_key_values.";

/** The token axis of a cache tensor: `[rows, heads, sequence, width]`. */
const SEQUENCE_AXIS = 2;

/** Whether a cache tensor belongs to the cross-attention over the encoder's output. Such a tensor is the same at every step. */
export function isCrossAttention(name: string): boolean {
  return name.includes(".encoder.");
}

/** The state before the first step: one row for each of `encoded`. `attentionHeads` and `headSize` are the decoder's. */
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
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function pick(values: readonly number[], rows: readonly number[]): readonly number[] {
  return rows.map((row) => values[row] ?? 0);
}

function selectEncoderOutput({ hidden, lengths, mask }: EncoderOutput, rows: readonly number[]): EncoderOutput {
  // Keeps the padded length, because the cross-attention's cache keeps it.
  const [, longest = 0] = mask.dims;
  return {
    hidden: selectRows(hidden, rows),
    lengths: pick(lengths, rows),
    mask: attentionMask(pick(lengths, rows), longest),
  };
}

/** Selects rows in the given order. A row may occur several times, or not at all. Unchanged tensors are shared, not copied. */
export function selectState(state: DecoderState, rows: readonly number[]): DecoderState {
  if (isSame(rows, [...state.prompts.keys()])) return state;
  const prompts = pick(state.prompts, rows);
  // Beams of one prompt are reordered often, and all of them attend to the same encoder output.
  const isShared = isSame(prompts, state.prompts);
  const entries = Object.entries(state.cache).map(([name, tensor]) => {
    return [name, isShared && isCrossAttention(name) ? tensor : selectRows(tensor, rows)] as const;
  });
  const encoderOutput = isShared ? state.encoderOutput : selectEncoderOutput(state.encoderOutput, rows);
  return { ...state, encoderOutput, prompts, cache: Object.fromEntries(entries) };
}

function concatEncoderOutputs(outputs: readonly EncoderOutput[], longest: number): EncoderOutput {
  const lengths = outputs.flatMap((each) => each.lengths);
  const hidden = stackRows(outputs.map((each) => padAxis(each.hidden, 1, longest)));
  return { hidden, lengths, mask: attentionMask(lengths, longest) };
}

/**
 * Concatenates the rows of all `states`, as copies. All states must have taken the same number of steps: the graph has no
 * mask for generated tokens, so the rows of a batch are equally long. Encoder outputs may differ in length; shorter ones are padded.
 */
export function concatStates(states: readonly DecoderState[]): DecoderState {
  const longest = Math.max(...states.map(({ encoderOutput }) => encoderOutput.mask.dims[1] ?? 0));
  const names = Object.keys(states[0]?.cache ?? {});
  const entries = names.map((name) => {
    const tensors = states.flatMap(({ cache }) => cache[name] ?? []);
    const padded = isCrossAttention(name) ? tensors.map((each) => padAxis(each, SEQUENCE_AXIS, longest)) : tensors;
    return [name, stackRows(padded)] as const;
  });
  let promptCount = 0;
  const prompts = states.flatMap((state) => {
    const offset = promptCount;
    promptCount += Math.max(0, ...state.prompts.map((prompt) => prompt + 1));
    return state.prompts.map((prompt) => offset + prompt);
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
 * Frees the tensors of `state` that no state in `kept` shares; `state` must not be used again. Every step creates the whole
 * cache anew; left to the garbage collector, old caches accumulate to a hundred megabytes within one long answer.
 */
export function releaseState(state: DecoderState, kept: readonly DecoderState[]): void {
  const shared = new Set(kept.flatMap(tensorsOf));
  free(
    tensorsOf(state)
      .filter((tensor) => !shared.has(tensor))
      .map(({ data }) => data),
  );
}
