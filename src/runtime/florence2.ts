import type { ModelConfig } from "./model-config.ts";
import type { Session, Tensor } from "./session.ts";

type Float32Tensor = Extract<Tensor, { type: "float32" }>;
type Tensors = Readonly<Record<string, Tensor>>;

/** The four graphs of the onnx-community layout. */
export interface Graphs {
  readonly visionEncoder: Session;
  readonly embedTokens: Session;
  readonly encoder: Session;
  readonly decoder: Session;
}

/** A picture and a prompt after the encoder: what the decoder looks at for one answer. */
export interface Encoded {
  /** `[1, sequence, width]` */
  readonly hidden: Tensor;
  /** `[1, sequence]`, all ones. */
  readonly mask: Tensor;
}

/** The decoder between two steps. Immutable: a search may go on from the same state in several ways. */
export interface DecoderState {
  readonly encoded: Encoded;
  /** `past_key_values.*` by name. */
  readonly cache: Tensors;
  /** Whether the cache holds a step; on the first one the decoder also projects the encoder's output. */
  readonly started: boolean;
}

/** One step of the decoder. */
export interface Step {
  /** One row of the logits: the scores of every id for the next place. */
  readonly logits: Float32Array;
  readonly state: DecoderState;
}

/** The model's parts, each as often as it is needed: one vision pass a picture, one encoder pass a prompt, one step a token. */
export interface Florence2 {
  /** `pixels` is `[3, size, size]`; the features are `[1, visual tokens, width]`. */
  encodeImage(pixels: Float32Array): Promise<Tensor>;
  encodePrompt(features: Tensor, promptIds: readonly number[]): Promise<Encoded>;
  begin(encoded: Encoded): DecoderState;
  /** Feeds one token; its logits are those of the place behind it. */
  step(state: DecoderState, tokenId: number): Promise<Step>;
  /**
   * Frees what `state` caches and no state of `kept` does; `state` must not be used again. Every step makes the whole
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

/** Joins `[1, a, width]` and `[1, b, width]` to `[1, a + b, width]`. */
function joinSequences(first: Float32Tensor, second: Float32Tensor): Float32Tensor {
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  const [rows = 1, length = 0, width = 0] = first.dims;
  return { type: "float32", data, dims: [rows, length + (second.dims[1] ?? 0), width] };
}

function ones(length: number): Tensor {
  return { type: "int64", data: new BigInt64Array(length).fill(1n), dims: [1, length] };
}

/** The cache after a step: new self-attention entries; the cross-attention of the first step stays, since later steps only give dummies for it. */
function nextCache(cache: Tensors, outputs: Tensors): Tensors {
  const entries = Object.entries(cache).map(([name, tensor]) => {
    const present = outputs[PRESENT + name.slice(PAST.length)];
    return [name, present ?? tensor] as const;
  });
  return Object.fromEntries(entries);
}

async function embed(session: Session, ids: readonly number[]): Promise<Float32Tensor> {
  const input: Tensor = { type: "int64", data: BigInt64Array.from(ids, BigInt), dims: [1, ids.length] };
  return float32Output(session, { input_ids: input }, "inputs_embeds");
}

async function encodePrompt(graphs: Graphs, features: Tensor, promptIds: readonly number[]): Promise<Encoded> {
  if (features.type !== "float32") throw new TypeError("Image features are float32.");
  const embeddings = joinSequences(features, await embed(graphs.embedTokens, promptIds));
  const mask = ones(embeddings.dims[1] ?? 0);
  const inputs = { inputs_embeds: embeddings, attention_mask: mask };
  return { hidden: await float32Output(graphs.encoder, inputs, "last_hidden_state"), mask };
}

function emptyCache(decoder: Session, config: ModelConfig): Tensors {
  const dims = [1, config.attentionHeads, 0, config.headSize];
  const empty: Tensor = { type: "float32", data: new Float32Array(0), dims };
  const names = decoder.inputNames.filter((name) => name.startsWith(PAST));
  return Object.fromEntries(names.map((name) => [name, empty]));
}

async function step(graphs: Graphs, { encoded, cache, started }: DecoderState, tokenId: number): Promise<Step> {
  const inputs: Tensors = {
    ...cache,
    encoder_attention_mask: encoded.mask,
    encoder_hidden_states: encoded.hidden,
    inputs_embeds: await embed(graphs.embedTokens, [tokenId]),
    use_cache_branch: { type: "bool", data: Uint8Array.of(Number(started)), dims: [1] },
  };
  const all = graphs.decoder.outputNames;
  const wanted = started ? all.filter((name) => !isCrossAttention(name)) : all;
  const { logits, ...present } = await graphs.decoder.run(inputs, wanted);
  if (logits?.type !== "float32") throw new TypeError("The decoder gives no float32 logits.");
  return { logits: logits.data, state: { encoded, cache: nextCache(cache, present), started: true } };
}

function release({ cache, started }: DecoderState, kept: readonly DecoderState[]): void {
  const wanted = new Set(kept.flatMap((state) => Object.values(state.cache)));
  const dead = started ? Object.values(cache).filter((tensor) => !wanted.has(tensor)) : [];
  for (const { buffer } of dead.map((tensor) => tensor.data)) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}

/** Puts the graphs together. Sizes come from `config`, the number of layers from the decoder's own inputs. */
export function createFlorence2(graphs: Graphs, config: ModelConfig): Florence2 {
  const cache = emptyCache(graphs.decoder, config);
  const { size } = config.image;
  return {
    encodeImage: (pixels) => {
      const input: Tensor = { type: "float32", data: pixels, dims: [1, 3, size, size] };
      return float32Output(graphs.visionEncoder, { pixel_values: input }, "image_features");
    },
    encodePrompt: (features, promptIds) => encodePrompt(graphs, features, promptIds),
    begin: (encoded) => ({ encoded, cache, started: false }),
    step: (state, tokenId) => step(graphs, state, tokenId),
    release,
  };
}
