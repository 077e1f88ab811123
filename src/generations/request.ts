import type { CacheReport, CallContext, StageTimings } from "../contract/service.ts";
import type {
  AbsentImage,
  Decoding,
  EncodedImage,
  Generation,
  GenerationEvent,
  ModelDescription,
} from "../inference/backend.ts";

/** Several prompts on one image. For an `AbsentImage`, only cached generations can be returned. */
export interface GenerationsRequest {
  readonly image: EncodedImage | AbsentImage;
  readonly prompts: readonly string[];
  /** The task of each prompt, which determines its price. */
  readonly tasks: readonly string[];
  readonly decoding: Decoding;
  /** Whether a repeat has the same arrays, so that what is made of them is remembered with them; not by default. */
  readonly isRemembered?: boolean;
}

/** One generation for each prompt, the model that generated them, and how the cache was used. */
export interface GenerationsResult {
  readonly generations: readonly Generation[];
  readonly model: ModelDescription;
  readonly cache: CacheReport;
  /** `generate` is the call to the backend, `queue`, `encode` and `decode` are its parts as far as the backend reports them; `cache` is the rest, but for the wait for an account. */
  readonly timings: StageTimings;
}

/**
 * Called with each prompt's events as they arrive; before the first one, with `done` for each cached prompt. Not called
 * if every prompt is cached, or if the result is another request's: it is then returned as a whole.
 */
export type OnGenerationEvent = (event: GenerationEvent, context: Pick<GenerationsResult, "model" | "cache">) => void;

/** Looks prompts up in the cache, and generates the misses. Throws `Problem`, and `ImageNeeded` if a miss needs the image's bytes. */
export type FindGenerations = (
  request: GenerationsRequest,
  call: CallContext,
  onEvent?: OnGenerationEvent,
) => Promise<GenerationsResult>;
