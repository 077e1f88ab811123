import { Problem } from "../contract/problems.ts";
import type { EncodedImage, GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import { searchBatch } from "./search-batch.ts";
import { planBatches, type PromptSize } from "./plan-batches.ts";
import { createBeamSearch } from "./beam-search.ts";
import type { SequenceGroup } from "./cohort.ts";
import { createTokenEmitter } from "./detokenizer.ts";
import { createGreedySearch } from "./greedy-search.ts";
import type { DecoderModel } from "../runtime/load-model.ts";
import type { GenerationSettings } from "./logits.ts";
import type { ImageConfig } from "../runtime/model-config.ts";
import { generationSettings, type Search, type SearchResult } from "./search.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";

/** Decodes an image and converts it to normalised `[3, size, size]`. Throws `image-corrupt`. */
export type Preprocess = (image: EncodedImage, target: ImageConfig) => Promise<Float32Array>;

/** Limits that the available memory sets. */
export interface MemoryLimits {
  /** Maximum prompt length in tokens, if memory allows fewer than the model has positions for. */
  readonly maxPromptTokens: number;
  /** Maximum number of cached tokens (encoder output and generated) over all sequences of a batch. */
  readonly maxCachedTokens: number;
}

/** One prompt of a request. */
export interface Prompt extends PromptSize {
  /** Its index in the request. */
  readonly index: number;
  readonly text: string;
  /** `<s>` and `</s>` included. */
  readonly ids: readonly number[];
}

/** The execution plan of a valid request. */
export interface Plan {
  readonly rules: GenerationSettings;
  /** The prompts in order, split into batches that fit into memory. */
  readonly batches: readonly (readonly Prompt[])[];
}

/** Callbacks for `generateAnswers`. */
export interface GenerateOptions {
  /** `[1, sequence, width]` for each prompt. */
  readonly encode: (batch: readonly Prompt[]) => Promise<readonly Float32Tensor[]>;
  readonly emit: (event: GenerationEvent) => void;
  /** Lets other tasks run, and throws once the request is cancelled. Awaited every few tokens. */
  readonly pause: () => Promise<void>;
}

/** Tokenizes a prompt. Throws `prompt-too-long` if the model or `maxTokens` allows fewer tokens. */
export function encodeText(
  { config, tokenizer }: Pick<DecoderModel, "config" | "tokenizer">,
  prompt: string,
  maxTokens = Infinity,
): readonly number[] {
  const ids = tokenizer.encode(prompt);
  const limit = Math.min(maxTokens, config.positions - config.image.tokens);
  if (ids.length <= limit) return ids;
  throw new Problem("prompt-too-long", `The prompt has ${ids.length} tokens; the model reads at most ${limit}.`);
}

/** Creates the initial search for these rules: greedy search for one beam, otherwise beam search. */
export function createSearch(rules: GenerationSettings): Search {
  return rules.beams === 1 ? createGreedySearch(rules) : createBeamSearch(rules);
}

/** Converts the result of a search to the backend's `Generation`. */
export function toGeneration(
  { tokenizer }: Pick<DecoderModel, "tokenizer">,
  result: SearchResult,
  promptTokens: number,
): Generation {
  const tokenIds = result.tokens.map(({ id }) => id);
  const tokenLogprobs = result.tokens.map(({ logprob }) => logprob);
  const text = tokenizer.decode(tokenIds);
  return { tokenIds, tokenLogprobs, text, finishReason: result.finishReason, promptTokens };
}

/** Plans a request before any graph runs. Throws `prompt-too-long`, or `invalid-request` if the generations could exceed memory. */
export function planGeneration(model: DecoderModel, request: GenerateRequest, limits: MemoryLimits): Plan {
  const { config } = model;
  const prompts = request.prompts.map((text, index): Prompt => {
    const ids = encodeText(model, text, limits.maxPromptTokens);
    return { index, text, ids, tokens: config.image.tokens + ids.length };
  });
  const rules = generationSettings(config, request.decoding);
  return { rules, batches: planBatches(prompts, { rules, maxCachedTokens: limits.maxCachedTokens }) };
}

/** Generates for every prompt of a plan, batch after batch. */
export async function generateAnswers(
  model: DecoderModel,
  { rules, batches }: Plan,
  options: GenerateOptions,
): Promise<void> {
  const { encode, emit, pause } = options;
  const start = createSearch(rules);
  for (const batch of batches) {
    const groups = batch.map(({ index: prompt, ids }): SequenceGroup => {
      return {
        start,
        onToken: createTokenEmitter(model.tokenizer, prompt, emit),
        onFinished: (result) => emit({ type: "done", prompt, generation: toGeneration(model, result, ids.length) }),
      };
    });
    await searchBatch(await encode(batch), groups, { decoder: model.florence, pause });
  }
}
