import {
  beginState,
  type KeyValueCache,
  type DecoderState,
  isCrossAttention,
  concatStates,
  PAST_PREFIX,
  releaseState,
  selectState,
} from "./decoder-state.ts";
import type { ModelConfig } from "./model-config.ts";
import type { Session, Tensor } from "./session.ts";
import {
  type Float32Tensor,
  concatSequences,
  free,
  attentionMask,
  rowsOf,
  splitRows,
  stackSequences,
} from "./tensors.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** The four graphs of the onnx-community layout. */
export interface Graphs {
  readonly visionEncoder: Session;
  readonly embedTokens: Session;
  readonly encoder: Session;
  readonly decoder: Session;
}

/** The encoder's input for one prompt: image features and prompt ids. */
export interface EncoderInput {
  /** `[1, visual tokens, width]`, as `encodeImages` returns them. */
  readonly features: Float32Tensor;
  readonly ids: readonly number[];
}

/** The result of one decoder step. */
export interface Step {
  /** For each row, the scores of every id at the next position. */
  readonly logits: readonly Float32Array[];
  readonly state: DecoderState;
}

/** The part of the model that a search uses. */
export interface Decoder {
  /** `beginState`. */
  begin(encoded: readonly Float32Tensor[]): DecoderState;
  /** `selectState`. */
  select(state: DecoderState, rows: readonly number[]): DecoderState;
  /** `concatStates`. */
  concat(states: readonly DecoderState[]): DecoderState;
  /** Feeds one token to each row. The logits are for the position after it. */
  step(state: DecoderState, tokenIds: readonly number[]): Promise<Step>;
  /** `releaseState`. */
  release(state: DecoderState, kept: readonly DecoderState[]): void;
}

/** The part of the model that encodes images and prompts. */
export interface Encoder {
  /** Encodes images as one batch. Each image is `[3, size, size]`; its features are `[1, visual tokens, width]`. */
  encodeImages(pixels: readonly Float32Array[]): Promise<readonly Float32Tensor[]>;
  /** Encodes prompts as one batch: `[1, sequence, width]` for each. All prompts must have the same number of tokens. */
  encodePrompts(prompts: readonly EncoderInput[]): Promise<readonly Float32Tensor[]>;
}

/** The whole model: one vision pass per image, one encoder pass per prompt, one decoder step per token of all rows. */
export interface Florence2 extends Encoder, Decoder {}

const PRESENT_PREFIX = "present.";

async function float32Output(session: Session, inputs: Tensors, name: string): Promise<Float32Tensor> {
  const { [name]: tensor } = await session.run(inputs, [name]);
  if (tensor?.type !== "float32") throw new TypeError(`The graph gives no float32 ${name}.`);
  return tensor;
}

/**
 * The cache after a step, with new self-attention entries. Cross-attention entries stay those of the first step,
 * because later steps output only placeholder tensors for them.
 */
function nextCache(cache: KeyValueCache, outputs: Tensors): KeyValueCache {
  const entries = Object.entries(cache).map(([name, tensor]) => {
    const present = outputs[PRESENT_PREFIX + name.slice(PAST_PREFIX.length)] ?? tensor;
    if (present.type !== "float32") throw new TypeError(`The decoder's ${name} is not float32.`);
    return [name, present] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the embeddings of ids: `[...dims, width]`. */
export async function embed(session: Session, ids: readonly number[], dims: readonly number[]): Promise<Float32Tensor> {
  const input: Tensor = { type: "int64", data: BigInt64Array.from(ids, BigInt), dims };
  return float32Output(session, { input_ids: input }, "inputs_embeds");
}

async function encodeImages(
  { visionEncoder }: Pick<Graphs, "visionEncoder">,
  size: number,
  pixels: readonly Float32Array[],
): Promise<readonly Float32Tensor[]> {
  const images = pixels.map((data): Float32Tensor => ({ type: "float32", data, dims: [1, 3 * size, size] }));
  const { data } = stackSequences(images);
  const input: Tensor = { type: "float32", data, dims: [pixels.length, 3, size, size] };
  try {
    return splitRows(await float32Output(visionEncoder, { pixel_values: input }, "image_features"));
  } finally {
    free([data]);
  }
}

async function encodePrompts(
  { embedTokens, encoder }: Pick<Graphs, "embedTokens" | "encoder">,
  prompts: readonly EncoderInput[],
): Promise<readonly Float32Tensor[]> {
  const ids = prompts.flatMap((prompt) => prompt.ids);
  const embedded = splitRows(await embed(embedTokens, ids, [prompts.length, ids.length / prompts.length]));
  const sequences = prompts.flatMap(({ features }, index) => {
    const tokens = embedded[index];
    return tokens === undefined ? [] : [concatSequences(features, tokens)];
  });
  const embeddings = stackSequences(sequences);
  const mask = attentionMask(sequences.map(({ dims }) => dims[1] ?? 0));
  const inputs = { inputs_embeds: embeddings, attention_mask: mask };
  return splitRows(await float32Output(encoder, inputs, "last_hidden_state"));
}

/** Creates the encoders alone, for a placement in which the decoder runs elsewhere. `size` is the side of the image, in pixels. */
export function createEncoder(graphs: Omit<Graphs, "decoder">, size: number): Encoder {
  return {
    encodeImages: (pixels) => encodeImages(graphs, size, pixels),
    encodePrompts: (prompts) => encodePrompts(graphs, prompts),
  };
}

async function step(graphs: DecoderGraphs, state: DecoderState, tokenIds: readonly number[]): Promise<Step> {
  const { encoderOutput, cache, started } = state;
  const inputs: Tensors = {
    ...cache,
    encoder_attention_mask: encoderOutput.mask,
    encoder_hidden_states: encoderOutput.hidden,
    inputs_embeds: await embed(graphs.embedTokens, tokenIds, [tokenIds.length, 1]),
    use_cache_branch: { type: "bool", data: Uint8Array.of(Number(started)), dims: [1] },
  };
  const all = graphs.decoder.outputs.map(({ name }) => name);
  const requested = started ? all.filter((name) => !isCrossAttention(name)) : all;
  const { logits, ...present } = await graphs.decoder.run(inputs, requested);
  if (logits?.type !== "float32") throw new TypeError("The decoder gives no float32 logits.");
  return { logits: rowsOf(logits), state: { ...state, cache: nextCache(cache, present), started: true } };
}

type DecoderGraphs = Pick<Graphs, "decoder" | "embedTokens">;

/** Creates the decoder alone, for a placement in which the encoders run elsewhere. The number of layers comes from the graph's inputs. */
export function createDecoder(graphs: DecoderGraphs, config: ModelConfig): Decoder {
  return {
    begin: (encoded) => beginState(graphs.decoder, config, encoded),
    select: selectState,
    concat: concatStates,
    step: (state, tokenIds) => step(graphs, state, tokenIds),
    release: releaseState,
  };
}

/** Creates the whole model from its graphs. Sizes come from `config`. */
export function createFlorence2(graphs: Graphs, config: ModelConfig): Florence2 {
  return { ...createEncoder(graphs, config.image.size), ...createDecoder(graphs, config) };
}
