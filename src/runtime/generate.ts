import { Problem } from "../contract/problems.ts";
import type { EncodedImage, GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import { searchTogether } from "./batch.ts";
import { batchesOf, type PromptSize } from "./batches.ts";
import { createBeamSearch } from "./beam-search.ts";
import { createGreedySearch } from "./greedy-search.ts";
import type { Model } from "./load-model.ts";
import type { ImageConfig } from "./model-config.ts";
import { rulesFor, type Written } from "./search.ts";
import type { Float32Tensor } from "./tensors.ts";

/** Decodes a picture and makes `[3, size, size]` of it, normalised. Throws `image-corrupt`. */
export type Preprocess = (image: EncodedImage, target: ImageConfig) => Promise<Float32Array>;

/** What `generate` needs beside a model and a request. */
export interface GenerateOptions {
  readonly preprocess: Preprocess;
  readonly emit: (event: GenerationEvent) => void;
  /** Lets others run, and throws once nobody wants the answer. Awaited between graphs and every few tokens. */
  readonly pause: () => Promise<void>;
  /** Longest prompt, if memory allows fewer tokens than the model has positions for. */
  readonly maxPromptTokens: number;
  /** Tokens seen and written, over all sequences of a batch, that the decoder may have to cache at once. */
  readonly maxCachedTokens: number;
}

/** One of a request's prompts. */
interface Prompt extends PromptSize {
  /** Its place in the request. */
  readonly index: number;
  readonly ids: readonly number[];
}

function encodeText({ config, tokenizer }: Model, prompt: string, maxTokens: number): readonly number[] {
  const ids = tokenizer.encode(prompt);
  const limit = Math.min(maxTokens, config.positions - config.image.tokens);
  if (ids.length <= limit) return ids;
  throw new Problem("prompt-too-long", `The prompt has ${ids.length} tokens; the model reads at most ${limit}.`);
}

function toGeneration({ tokenizer }: Model, written: Written, promptTokens: number): Generation {
  const tokenIds = written.tokens.map(({ id }) => id);
  const tokenLogprobs = written.tokens.map(({ logprob }) => logprob);
  const text = tokenizer.decode(tokenIds);
  return { tokenIds, tokenLogprobs, text, finishReason: written.finishReason, promptTokens };
}

/**
 * Answers every prompt of a request on one vision pass, as many at once as fit. Throws `prompt-too-long`, or
 * `invalid-request` where the answers could outgrow memory, before any graph has run.
 */
export async function generate(model: Model, request: GenerateRequest, options: GenerateOptions): Promise<void> {
  const { florence, config } = model;
  const { emit, pause, maxPromptTokens, maxCachedTokens } = options;
  const prompts = request.prompts.map((text, index): Prompt => {
    const ids = encodeText(model, text, maxPromptTokens);
    return { index, ids, tokens: config.image.tokens + ids.length };
  });
  const rules = rulesFor(config, request.decoding);
  const batches = batchesOf(prompts, { rules, maxCachedTokens });
  const search = rules.beams === 1 ? createGreedySearch(rules) : createBeamSearch(rules);
  const features = await florence.encodeImage(await options.preprocess(request.image, config.image));
  for (const batch of batches) {
    const encoded: Float32Tensor[] = [];
    for (const { ids } of batch) {
      await pause();
      // One by one: padded to one batch they take no less time, more memory, and are rounded otherwise.
      encoded.push(await florence.encodePrompt(features, ids));
    }
    await searchTogether(encoded, search, {
      florence,
      pause,
      onToken: (at, { id, logprob }) => emit({ type: "token", prompt: batch[at]?.index ?? at, id, logprob }),
      onWritten: (at, written) => {
        const { index = at, ids = [] } = batch[at] ?? {};
        emit({ type: "done", prompt: index, generation: toGeneration(model, written, ids.length) });
      },
    });
  }
}
