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
import { type Float32Tensor, concatSequences, attentionMask, rowsOf, splitRows, stackSequences } from "./tensors.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** The four graphs of the onnx-community layout. */
export interface Graphs {
  readonly visionEncoder: Session;
  readonly embedTokens: Session;
  readonly encoder: Session;
  readonly decoder: Session;
}

/** A prompt and the picture that it is about. */
export interface EncoderInput {
  /** `[1, visual tokens, width]`, as `encodeImages` gives them. */
  readonly features: Float32Tensor;
  readonly ids: readonly number[];
}

/** One step of the decoder. */
export interface Step {
  /** For each row the scores of every id for the next place. */
  readonly logits: readonly Float32Array[];
  readonly state: DecoderState;
}

/** What a search needs of the model. */
export interface Decoder {
  /** One row for each of `encoded`. */
  begin(encoded: readonly Float32Tensor[]): DecoderState;
  /** `selectState`. */
  select(state: DecoderState, rows: readonly number[]): DecoderState;
  /** `concatStates`. */
  concat(states: readonly DecoderState[]): DecoderState;
  /** Feeds each row one token; its logits are those of the place behind it. */
  step(state: DecoderState, tokenIds: readonly number[]): Promise<Step>;
  /** `releaseState`. */
  release(state: DecoderState, kept: readonly DecoderState[]): void;
}

/** What an encoder pass needs of the model. */
export interface Encoder {
  /** Pictures as one batch. Each is `[3, size, size]`; its features are `[1, visual tokens, width]`. */
  encodeImages(pixels: readonly Float32Array[]): Promise<readonly Float32Tensor[]>;
  /** Prompts of the same number of tokens as one batch: `[1, sequence, width]` for each. */
  encodePrompts(prompts: readonly EncoderInput[]): Promise<readonly Float32Tensor[]>;
}

/** The model's parts, each as often as it is needed: one vision pass a picture, one encoder pass a prompt, one step a token of all. */
export interface Florence2 extends Encoder, Decoder {}

const PRESENT_PREFIX = "present.";

async function float32Output(session: Session, inputs: Tensors, name: string): Promise<Float32Tensor> {
  const { [name]: tensor } = await session.run(inputs, [name]);
  if (tensor?.type !== "float32") throw new TypeError(`The graph gives no float32 ${name}.`);
  return tensor;
}

/** The cache after a step: new self-attention entries; the cross-attention of the first step stays, since later steps only give dummies for it. */
function nextCache(cache: KeyValueCache, outputs: Tensors): KeyValueCache {
  const entries = Object.entries(cache).map(([name, tensor]) => {
    const present = outputs[PRESENT_PREFIX + name.slice(PAST_PREFIX.length)] ?? tensor;
    if (present.type !== "float32") throw new TypeError(`The decoder's ${name} is not float32.`);
    return [name, present] as const;
  });
  return Object.fromEntries(entries);
}

/** Embeddings of ids: `[...dims, width]`. */
export async function embed(session: Session, ids: readonly number[], dims: readonly number[]): Promise<Float32Tensor> {
  const input: Tensor = { type: "int64", data: BigInt64Array.from(ids, BigInt), dims };
  return float32Output(session, { input_ids: input }, "inputs_embeds");
}

async function encodeImages(
  { visionEncoder }: Pick<Graphs, "visionEncoder">,
  size: number,
  pixels: readonly Float32Array[],
): Promise<readonly Float32Tensor[]> {
  const pictures = pixels.map((data): Float32Tensor => ({ type: "float32", data, dims: [1, 3 * size, size] }));
  const { data } = stackSequences(pictures);
  const input: Tensor = { type: "float32", data, dims: [pixels.length, 3, size, size] };
  return splitRows(await float32Output(visionEncoder, { pixel_values: input }, "image_features"));
}

async function encodePrompts(
  { embedTokens, encoder }: Pick<Graphs, "embedTokens" | "encoder">,
  prompts: readonly EncoderInput[],
): Promise<readonly Float32Tensor[]> {
  const ids = prompts.flatMap((prompt) => prompt.ids);
  const embedded = splitRows(await embed(embedTokens, ids, [prompts.length, ids.length / prompts.length]));
  const joined = prompts.flatMap(({ features }, at) => {
    const tokens = embedded[at];
    return tokens === undefined ? [] : [concatSequences(features, tokens)];
  });
  const embeddings = stackSequences(joined);
  const mask = attentionMask(joined.map(({ dims }) => dims[1] ?? 0));
  const inputs = { inputs_embeds: embeddings, attention_mask: mask };
  return splitRows(await float32Output(encoder, inputs, "last_hidden_state"));
}

/** The encoders alone: all that runs where the decoder is elsewhere. `size` is the picture's side, in pixels. */
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
  const wanted = started ? all.filter((name) => !isCrossAttention(name)) : all;
  const { logits, ...present } = await graphs.decoder.run(inputs, wanted);
  if (logits?.type !== "float32") throw new TypeError("The decoder gives no float32 logits.");
  return { logits: rowsOf(logits), state: { ...state, cache: nextCache(cache, present), started: true } };
}

type DecoderGraphs = Pick<Graphs, "decoder" | "embedTokens">;

/** The decoder alone: all that runs where the encoders are elsewhere. The number of layers comes from the graph's own inputs. */
export function createDecoder(graphs: DecoderGraphs, config: ModelConfig): Decoder {
  return {
    begin: (encoded) => beginState(graphs.decoder, config, encoded),
    select: selectState,
    concat: concatStates,
    step: (state, tokenIds) => step(graphs, state, tokenIds),
    release: releaseState,
  };
}

/** Puts the graphs together. Sizes come from `config`. */
export function createFlorence2(graphs: Graphs, config: ModelConfig): Florence2 {
  return { ...createEncoder(graphs, config.image.size), ...createDecoder(graphs, config) };
}
