import type { ModelConfig } from "./model-config.ts";
import type { Session, Tensor } from "./session.ts";
import { type Float32Tensor, free, joinSequences, maskOf, rowsOf, selectRows, stackSequences } from "./tensors.ts";

type Tensors = Readonly<Record<string, Tensor>>;
type Cache = Readonly<Record<string, Float32Tensor>>;

/** The four graphs of the onnx-community layout. */
export interface Graphs {
  readonly visionEncoder: Session;
  readonly embedTokens: Session;
  readonly encoder: Session;
  readonly decoder: Session;
}

/** What the rows of a decoder's batch look at. */
export interface Seen {
  /** `[rows, sequence, width]`, zeros behind what is shorter. */
  readonly hidden: Float32Tensor;
  /** The tokens of each row that are not padding. */
  readonly lengths: readonly number[];
  /** `[rows, sequence]`: 1, and 0 for padding. */
  readonly mask: Tensor;
}

/** The decoder between two steps, in rows: one for each sequence it goes on with. Immutable. */
export interface DecoderState {
  readonly seen: Seen;
  /** The prompt that each row answers. */
  readonly prompts: readonly number[];
  /** `past_key_values.*` by name. */
  readonly cache: Cache;
  /** Whether the cache holds a step; on the first one the decoder also projects the encoder's output. */
  readonly started: boolean;
}

/** One step of the decoder. */
export interface Step {
  /** For each row the scores of every id for the next place. */
  readonly logits: readonly Float32Array[];
  readonly state: DecoderState;
}

/** The model's parts, each as often as it is needed: one vision pass a picture, one encoder pass a prompt, one step a token of all. */
export interface Florence2 {
  /** `pixels` is `[3, size, size]`; the features are `[1, visual tokens, width]`. */
  encodeImage(pixels: Float32Array): Promise<Float32Tensor>;
  /** `[1, sequence, width]`. */
  encodePrompt(features: Float32Tensor, promptIds: readonly number[]): Promise<Float32Tensor>;
  /** One row for each of `encoded`. */
  begin(encoded: readonly Float32Tensor[]): DecoderState;
  /** Goes on with these rows of `state`, in this order; one may come several times, or not at all. What is as before is shared, not copied. */
  select(state: DecoderState, rows: readonly number[]): DecoderState;
  /** Feeds each row one token; its logits are those of the place behind it. */
  step(state: DecoderState, tokenIds: readonly number[]): Promise<Step>;
  /**
   * Frees what `state` holds and no state of `kept` does; `state` must not be used again. Every step makes the whole
   * cache anew, and left to the collector the old ones pile up to a hundred megabytes within one long answer.
   */
  release(state: DecoderState, kept: readonly DecoderState[]): void;
}

const PAST = "past_key_values.";
const PRESENT = "present.";

function isCrossAttention(name: string): boolean {
  return name.includes(".encoder.");
}

async function float32Output(session: Session, inputs: Tensors, name: string): Promise<Float32Tensor> {
  const { [name]: tensor } = await session.run(inputs, [name]);
  if (tensor?.type !== "float32") throw new TypeError(`The graph gives no float32 ${name}.`);
  return tensor;
}

/** The cache after a step: new self-attention entries; the cross-attention of the first step stays, since later steps only give dummies for it. */
function nextCache(cache: Cache, outputs: Tensors): Cache {
  const entries = Object.entries(cache).map(([name, tensor]) => {
    const present = outputs[PRESENT + name.slice(PAST.length)] ?? tensor;
    if (present.type !== "float32") throw new TypeError(`The decoder's ${name} is not float32.`);
    return [name, present] as const;
  });
  return Object.fromEntries(entries);
}

async function embed(session: Session, ids: readonly number[], dims: readonly number[]): Promise<Float32Tensor> {
  const input: Tensor = { type: "int64", data: BigInt64Array.from(ids, BigInt), dims };
  return float32Output(session, { input_ids: input }, "inputs_embeds");
}

async function encodePrompt(
  graphs: Graphs,
  features: Float32Tensor,
  promptIds: readonly number[],
): Promise<Float32Tensor> {
  const embeddings = joinSequences(features, await embed(graphs.embedTokens, promptIds, [1, promptIds.length]));
  const inputs = { inputs_embeds: embeddings, attention_mask: maskOf([embeddings.dims[1] ?? 0]) };
  return float32Output(graphs.encoder, inputs, "last_hidden_state");
}

function begin(decoder: Session, config: ModelConfig, encoded: readonly Float32Tensor[]): DecoderState {
  const dims = [encoded.length, config.attentionHeads, 0, config.headSize];
  const empty: Float32Tensor = { type: "float32", data: new Float32Array(0), dims };
  const names = decoder.inputNames.filter((name) => name.startsWith(PAST));
  const lengths = encoded.map((tensor) => tensor.dims[1] ?? 0);
  return {
    seen: { hidden: stackSequences(encoded), lengths, mask: maskOf(lengths) },
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

function selectSeen({ hidden, lengths, mask }: Seen, rows: readonly number[]): Seen {
  // As long as before: the cross-attention's cache is.
  const [, longest = 0] = mask.dims;
  return { hidden: selectRows(hidden, rows), lengths: pick(lengths, rows), mask: maskOf(pick(lengths, rows), longest) };
}

function select(state: DecoderState, rows: readonly number[]): DecoderState {
  if (isSame(rows, [...state.prompts.keys()])) return state;
  const prompts = pick(state.prompts, rows);
  // Beams of one prompt change places often, and all of them look at the same.
  const isShared = isSame(prompts, state.prompts);
  const entries = Object.entries(state.cache).map(([name, tensor]) => {
    return [name, isShared && isCrossAttention(name) ? tensor : selectRows(tensor, rows)] as const;
  });
  const seen = isShared ? state.seen : selectSeen(state.seen, rows);
  return { ...state, seen, prompts, cache: Object.fromEntries(entries) };
}

async function step(graphs: Graphs, state: DecoderState, tokenIds: readonly number[]): Promise<Step> {
  const { seen, cache, started } = state;
  const inputs: Tensors = {
    ...cache,
    encoder_attention_mask: seen.mask,
    encoder_hidden_states: seen.hidden,
    inputs_embeds: await embed(graphs.embedTokens, tokenIds, [tokenIds.length, 1]),
    use_cache_branch: { type: "bool", data: Uint8Array.of(Number(started)), dims: [1] },
  };
  const all = graphs.decoder.outputNames;
  const wanted = started ? all.filter((name) => !isCrossAttention(name)) : all;
  const { logits, ...present } = await graphs.decoder.run(inputs, wanted);
  if (logits?.type !== "float32") throw new TypeError("The decoder gives no float32 logits.");
  return { logits: rowsOf(logits), state: { ...state, cache: nextCache(cache, present), started: true } };
}

function tensorsOf({ cache, seen }: DecoderState): readonly Tensor[] {
  return [...Object.values(cache), seen.hidden];
}

function release(state: DecoderState, kept: readonly DecoderState[]): void {
  const wanted = new Set(kept.flatMap(tensorsOf));
  free(
    tensorsOf(state)
      .filter((tensor) => !wanted.has(tensor))
      .map(({ data }) => data),
  );
}

/** Puts the graphs together. Sizes come from `config`, the number of layers from the decoder's own inputs. */
export function createFlorence2(graphs: Graphs, config: ModelConfig): Florence2 {
  const { size } = config.image;
  return {
    encodeImage: (pixels) => {
      const input: Tensor = { type: "float32", data: pixels, dims: [1, 3, size, size] };
      return float32Output(graphs.visionEncoder, { pixel_values: input }, "image_features");
    },
    encodePrompt: (features, promptIds) => encodePrompt(graphs, features, promptIds),
    begin: (encoded) => begin(graphs.decoder, config, encoded),
    select,
    step: (state, tokenIds) => step(graphs, state, tokenIds),
    release,
  };
}
