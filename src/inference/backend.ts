/** An encoded image as the backend takes it. Its header has already been parsed. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly format: "gif" | "jpeg" | "png" | "webp";
  /** Pixels, after the EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 2 to 8: how to rotate or mirror the stored rows for display; left out if they need no change. */
  readonly orientation?: number;
  /** SHA-256 of `bytes` in hexadecimal: with `scope`, the key under which backends cache the image's features. */
  readonly digest: string;
  /** Keeps what is cached of the image apart from other scopes, so that a time tells nobody who else has sent it; left out if all share it. */
  readonly scope?: string | undefined;
}

/** Returns the key under which the features of an image are cached. */
export function featureKey({ scope, digest }: Pick<EncodedImage, "scope" | "digest">): string {
  return scope === undefined ? digest : `${scope} ${digest}`;
}

/** An image without its bytes. */
export interface AbsentImage extends Omit<EncodedImage, "bytes"> {
  readonly bytes?: undefined;
}

/** Thrown by an operation that needs the image's bytes. The caller can load the image and retry. */
export class ImageNeeded extends Error {
  override readonly name = "ImageNeeded";
}

/** Returns the image if it has its bytes. Throws `ImageNeeded` otherwise. */
export function requireImage(image: EncodedImage | AbsentImage): EncodedImage {
  if (image.bytes === undefined) throw new ImageNeeded("The image's bytes are not here.");
  return image;
}

/** Decoding parameters, as in transformers' `generate`. A parameter that is left out comes from the model's `generation_config.json`. */
export interface Decoding {
  /** Maximum number of generated tokens, including the end token `</s>`. */
  readonly maxNewTokens?: number | undefined;
  /** Beams per prompt; 1 is greedy search. */
  readonly beams?: number | undefined;
  /** No n-gram of this many ids is generated twice; 0 disables the rule. */
  readonly noRepeatNgramSize?: number | undefined;
  /** When beam search stops: `true` at the first `beams` finished sequences, `false` when a better one is unlikely, "never" when it is impossible. */
  readonly earlyStopping?: boolean | "never" | undefined;
  /** A beam's log-probability is divided by its length to this power: values above 0 favour long answers. */
  readonly lengthPenalty?: number | undefined;
}

/** Identifies a request; sent with every message that belongs to it. */
export interface Trace {
  readonly requestId?: string | undefined;
  /** Opaque id of whoever asks: callers share the model fairly. Requests without one count as one caller's. */
  readonly caller?: string | undefined;
  /** W3C trace context, unchanged. */
  readonly traceparent?: string | undefined;
}

/** Maximum number of prompts of one call. The API allows 64 `labels`, and a request rarely has more than two tasks with labels. */
export const MAX_PROMPTS = 128;

/** Identifies a model. */
export interface ModelIdentity {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
}

/** Thrown when a model other than the requested one answers. The caller can fetch the description again and retry with the new identity. */
export class ModelChanged extends Error {
  override readonly name = "ModelChanged";
}

/** One call with one image and several prompts. The image is encoded once. */
export interface GenerateRequest {
  readonly image: EncodedImage;
  /** The model that must answer, as `Backend.model` returned it. A backend that can tell that another model answers throws `ModelChanged`. */
  readonly model?: ModelIdentity | undefined;
  /** Prompts as `florence/prompt.ts` builds them, at most `MAX_PROMPTS`. */
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
  /** Whether to emit `token` events during generation; a remote model sends one message for each. */
  readonly stream?: boolean | undefined;
  readonly trace?: Trace | undefined;
}

/** Why generation ended: the model generated `</s>`, or reached the token limit. */
export type FinishReason = "stop" | "length";

/** Generated output for one prompt: the cached value from which every answer is rendered. */
export interface Generation {
  /** All generated ids after the decoder's start token: `<s>` first, `</s>` last. */
  readonly tokenIds: readonly number[];
  /** Natural logarithm of each id's probability after the logit processors; same length as `tokenIds`. */
  readonly tokenLogprobs: readonly number[];
  /** `tokenIds` decoded with special tokens kept. */
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Text tokens of the prompt, including `<s>` and `</s>`, without the visual tokens. */
  readonly promptTokens: number;
}

/** A generated token, emitted as soon as it is final. */
export interface TokenEvent {
  readonly type: "token";
  readonly prompt: number;
  readonly id: number;
  readonly logprob: number;
  /** Text that the token adds: empty while a character is incomplete. All texts concatenated are a prefix of the generation's text. */
  readonly text: string;
}

/**
 * Milliseconds that a request has spent so far in each stage, if the backend reports it: waiting for the model,
 * encoding image and prompts, decoding. The load time that the first request waits for counts as `queue`.
 */
export interface BackendTimings {
  readonly queue?: number;
  readonly encode?: number;
  readonly decode?: number;
}

/** The generation for a prompt is complete. `timings` are those of the request, not of the prompt: the last `done` has the totals. */
export interface DoneEvent {
  readonly type: "done";
  readonly prompt: number;
  readonly generation: Generation;
  readonly timings?: BackendTimings;
}

/** `token` events arrive during generation if the request streams; exactly one `done` ends each prompt. `prompt` indexes the request's prompts. */
export type GenerationEvent = TokenEvent | DoneEvent;

/** Description of the model; answers contain it. A cache key must contain its identity. */
export interface ModelDescription extends ModelIdentity {
  /** What the model can be asked about and what not, in one line for people; left out if nothing is known. */
  readonly domain?: string;
  /** Side of the square that the image is resized to, in pixels. */
  readonly imageSize: number;
  /** Id of `<loc_0>` in the vocabulary; the ids of the other 999 location tokens follow it. */
  readonly firstLocationId: number;
}

/** Runs the model: in the isolate, on a GPU server, or split between both. Throws `Problem`; `generate` also throws `ModelChanged`. */
export interface Backend {
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerationEvent>;
  /** Resolves once the model can answer; loads it if necessary. */
  ready(): Promise<void>;
  model(): Promise<ModelDescription>;
}

/** A prompt as text and as ids, so that an encoder without a tokenizer can use it. */
export interface EncodablePrompt {
  /** The prompt as `florence/prompt.ts` builds it. */
  readonly text: string;
  /** Including `<s>` and `</s>`. */
  readonly ids: readonly number[];
}

/** Encoder output for one prompt, which the decoder attends to: a float32 tensor `[1, sequence, width]`, visual tokens first. */
export interface EncoderStates {
  readonly type: "float32";
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** One encoder call with one image and several prompts. */
export interface EncodeRequest {
  readonly image: EncodedImage;
  readonly prompts: readonly EncodablePrompt[];
  readonly trace?: Trace | undefined;
}

/** The encoder states of each prompt, in the order of the prompts. Callers must not modify them. */
export interface EncodedPrompts {
  readonly states: readonly EncoderStates[];
  /** Revision of the encoders that produced all of these states; undefined if they do not report one. */
  readonly revision: string | undefined;
}

/** Runs the encoders for a decoder that runs elsewhere. Throws `Problem`, and `ModelChanged` when the replies keep coming from different models. */
export interface PromptEncoder {
  encode(request: EncodeRequest, signal: AbortSignal): Promise<EncodedPrompts>;
  ready(): Promise<void>;
}
