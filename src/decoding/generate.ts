import { Problem } from "../contract/problems.ts";
import type { EncodedImage, GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import { searchBatch } from "./search-batch.ts";
import { planBatches, type PromptSize } from "./plan-batches.ts";
import { createBeamSearch } from "./beam-search.ts";
import type { SequenceGroup } from "./cohort.ts";
import { createTokenEmitter } from "./detokenizer.ts";
import { createGreedySearch } from "./greedy-search.ts";
import type { DecoderModel } from "../runtime/load-model.ts";
import type { LogitRules } from "./logits.ts";
import type { ImageConfig } from "../runtime/model-config.ts";
import { rulesFor, type Search, type SearchResult } from "./search.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";

/** Decodes a picture and makes `[3, size, size]` of it, normalised. Throws `image-corrupt`. */
export type Preprocess = (image: EncodedImage, target: ImageConfig) => Promise<Float32Array>;

/** What memory allows. */
export interface MemoryLimits {
  /** Longest prompt, if memory allows fewer tokens than the model has positions for. */
  readonly maxPromptTokens: number;
  /** Tokens seen and written, over all sequences of a batch, that the decoder may have to cache at once. */
  readonly maxCachedTokens: number;
}

/** One of a request's prompts. */
export interface Prompt extends PromptSize {
  /** Its place in the request. */
  readonly index: number;
  readonly text: string;
  /** `<s>` and `</s>` included. */
  readonly ids: readonly number[];
}

/** A request that the model can answer. */
export interface Plan {
  readonly rules: LogitRules;
  /** The prompts in their order, parted into as many as fit at once. */
  readonly batches: readonly (readonly Prompt[])[];
}

/** What writing needs beside a model and a plan. */
export interface GenerateOptions {
  /** `[1, sequence, width]` for each prompt. */
  readonly encode: (batch: readonly Prompt[]) => Promise<readonly Float32Tensor[]>;
  readonly emit: (event: GenerationEvent) => void;
  /** Lets others run, and throws once nobody wants the answer. Awaited every few tokens. */
  readonly pause: () => Promise<void>;
}

/** A prompt's ids. Throws `prompt-too-long` where the model or `maxTokens` allows fewer. */
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

/** Where every search under these rules begins. */
export function createSearch(rules: LogitRules): Search {
  return rules.beams === 1 ? createGreedySearch(rules) : createBeamSearch(rules);
}

/** A finished search in the words of the port. */
export function toGeneration(
  { tokenizer }: Pick<DecoderModel, "tokenizer">,
  written: SearchResult,
  promptTokens: number,
): Generation {
  const tokenIds = written.tokens.map(({ id }) => id);
  const tokenLogprobs = written.tokens.map(({ logprob }) => logprob);
  const text = tokenizer.decode(tokenIds);
  return { tokenIds, tokenLogprobs, text, finishReason: written.finishReason, promptTokens };
}

/** Throws `prompt-too-long`, or `invalid-request` where the answers could outgrow memory: before any graph has run. */
export function planGeneration(model: DecoderModel, request: GenerateRequest, limits: MemoryLimits): Plan {
  const { config } = model;
  const prompts = request.prompts.map((text, index): Prompt => {
    const ids = encodeText(model, text, limits.maxPromptTokens);
    return { index, text, ids, tokens: config.image.tokens + ids.length };
  });
  const rules = rulesFor(config, request.decoding);
  return { rules, batches: planBatches(prompts, { rules, maxCachedTokens: limits.maxCachedTokens }) };
}

/** Answers every prompt of a plan, batch after batch. */
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
        onFinished: (written) => emit({ type: "done", prompt, generation: toGeneration(model, written, ids.length) }),
      };
    });
    await searchBatch(await encode(batch), groups, { decoder: model.florence, pause });
  }
}
