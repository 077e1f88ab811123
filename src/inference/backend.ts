/** An image as the backend takes it: still encoded, its header already read. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly format: "gif" | "jpeg" | "png" | "webp";
  /** Pixels, as a viewer shows the picture. */
  readonly width: number;
  readonly height: number;
  /** EXIF's number, 2 to 8, of how the stored rows are turned or mirrored to be seen; left out where they are as seen. */
  readonly orientation?: number;
  /** SHA-256 of `bytes` in hexadecimal: what others keep the picture's features under. */
  readonly digest: string;
}

/** What is known of an image that is not here. */
export interface AbsentImage extends Omit<EncodedImage, "bytes"> {
  readonly bytes?: undefined;
}

/** Thrown where something cannot be done without an image's bytes. With the image, it can be. */
export class ImageNeeded extends Error {
  override readonly name = "ImageNeeded";
}

/** The image, if it is here. Throws `ImageNeeded`. */
export function requireImage(image: EncodedImage | AbsentImage): EncodedImage {
  if (image.bytes === undefined) throw new ImageNeeded("The image's bytes are not here.");
  return image;
}

/** How the decoder searches, in the sense of transformers' `generate`. What is left out is taken from the model's `generation_config.json`. */
export interface Decoding {
  /** Upper bound on generated tokens, the closing `</s>` included. */
  readonly maxNewTokens?: number | undefined;
  /** Sequences that are followed side by side; 1 is greedy search. */
  readonly beams?: number | undefined;
  /** No sequence of this many ids comes twice; 0 allows all. */
  readonly noRepeatNgramSize?: number | undefined;
  /** When beam search ends: `true` with the first `beams` finished answers, `false` when a better one is unlikely, "never" when it is impossible. */
  readonly earlyStopping?: boolean | "never" | undefined;
  /** A beam's log-probability is divided by its length to this power: above 0 favours long answers. */
  readonly lengthPenalty?: number | undefined;
}

/** What a request is known by: it goes with every message that is sent on its behalf. */
export interface Trace {
  readonly requestId?: string | undefined;
  /** W3C trace context, as it came. */
  readonly traceparent?: string | undefined;
}

/** Most prompts of one call: the API's `labels` have 64, and of two tasks that have them more is seldom asked at once. */
export const MAX_PROMPTS = 128;

/** What tells one model from all others. */
export interface ModelIdentity {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
}

/** Thrown where another model answers than the one that was asked for. Described again and asked once more, it can answer under its own name. */
export class ModelChanged extends Error {
  override readonly name = "ModelChanged";
}

/** One call: several prompts on one image; the image is encoded once. */
export interface GenerateRequest {
  readonly image: EncodedImage;
  /** Whose answer is wanted, as `model` named it. Another's is refused with `ModelChanged`, where who answers says who it is. */
  readonly model?: ModelIdentity | undefined;
  /** Sentences as `florence/prompt.ts` builds them, at most `MAX_PROMPTS`. */
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
  /** Whether `token` events are wanted as they come; where the model is elsewhere, they cost a message each. */
  readonly stream?: boolean | undefined;
  readonly trace?: Trace | undefined;
}

/** Why generation ended: the model wrote `</s>` by itself, or ran into the limit. */
export type FinishReason = "stop" | "length";

/** What a model wrote for one prompt: the value that is cached and that every answer is drawn from. */
export interface Generation {
  /** Every generated id after the decoder's start token, so `<s>` first and `</s>` last. */
  readonly tokenIds: readonly number[];
  /** Natural logarithm of each id's probability after the logit processors; as long as `tokenIds`. */
  readonly tokenLogprobs: readonly number[];
  /** `tokenIds` decoded with special tokens kept. */
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Tokens the encoder read: the prompt's own, `<s>` and `</s>` included, without the visual ones. */
  readonly promptTokens: number;
}

/** A token as soon as it is certain. */
export interface TokenEvent {
  readonly type: "token";
  readonly prompt: number;
  readonly id: number;
  readonly logprob: number;
  /** What it adds to the generation's text: nothing while a character is half there. All together are a beginning of that text. */
  readonly text: string;
}

/**
 * Milliseconds that a request has taken until now, as far as whoever runs the model knows: waiting for it, reading picture and prompts, writing. What
 * the first request waits for the model to load is waiting.
 */
export interface BackendTimings {
  readonly queue?: number;
  readonly encode?: number;
  readonly decode?: number;
}

/** A prompt's answer is whole. `timings` are the request's, not the prompt's: the last `done` has all of it. */
export interface DoneEvent {
  readonly type: "done";
  readonly prompt: number;
  readonly generation: Generation;
  readonly timings?: BackendTimings;
}

/** `token` events come as they are generated, where the request streams; each prompt ends with exactly one `done`. `prompt` indexes the request's prompts. */
export type GenerationEvent = TokenEvent | DoneEvent;

/** What answers name; a cache key must contain its identity. */
export interface ModelDescription extends ModelIdentity {
  /** Side of the square that the image is resized to, in pixels. */
  readonly imageSize: number;
  /** The vocabulary's id of `<loc_0>`; the ids of the other 999 location tokens follow it. */
  readonly firstLocationId: number;
}

/** Whoever runs the model: the isolate itself, a GPU server, or both. Throws `Problem`, and `generate` also `ModelChanged`. */
export interface Backend {
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerationEvent>;
  /** Resolves once the model can answer; loads it if need be. */
  ready(): Promise<void>;
  model(): Promise<ModelDescription>;
}

/** A prompt as text and, for those who need no tokenizer then, as ids. */
export interface EncodablePrompt {
  /** A sentence as `florence/prompt.ts` builds it. */
  readonly text: string;
  /** `<s>` and `</s>` included. */
  readonly ids: readonly number[];
}

/** What a decoder looks at: a float32 tensor `[1, sequence, width]`, the visual tokens first. */
export interface EncoderStates {
  readonly type: "float32";
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** One call: several prompts on one image. */
export interface EncodeRequest {
  readonly image: EncodedImage;
  readonly prompts: readonly EncodablePrompt[];
  readonly trace?: Trace | undefined;
}

/** The states of each prompt on one picture, in the prompts' order. They must not be written to. */
export interface EncodedPrompts {
  readonly states: readonly EncoderStates[];
  /** Of the encoders that all of these states come from; undefined where they do not say. */
  readonly revision: string | undefined;
}

/** Whoever runs the encoders for a decoder that is elsewhere. Throws `Problem`, and `ModelChanged` where no two replies come from the same model. */
export interface PromptEncoder {
  encode(request: EncodeRequest, signal: AbortSignal): Promise<EncodedPrompts>;
  ready(): Promise<void>;
}
