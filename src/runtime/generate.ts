import { Problem } from "../contract/problems.ts";
import type { EncodedImage, GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import type { Model } from "./load-model.ts";
import type { ImageConfig } from "./model-config.ts";
import { rulesFor, searchGreedily, type Written } from "./search.ts";
import type { Tensor } from "./session.ts";

/** Tokens between two visits to the event loop: often enough to hear of a cancelled request, seldom enough to cost nothing. */
const TOKENS_PER_PAUSE = 8;

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
 * Answers every prompt of a request, one after another, on one vision pass. Throws `prompt-too-long` before any graph
 * has run.
 */
export async function generate(model: Model, request: GenerateRequest, options: GenerateOptions): Promise<void> {
  const { florence, config } = model;
  const { emit, pause } = options;
  const prompts = request.prompts.map((prompt) => encodeText(model, prompt, options.maxPromptTokens));
  const rules = rulesFor(config, request.decoding.maxNewTokens);
  const features: Tensor = await florence.encodeImage(await options.preprocess(request.image, config.image));
  for (const [prompt, promptIds] of prompts.entries()) {
    await pause();
    const encoded = await florence.encodePrompt(features, promptIds);
    const written = await searchGreedily(encoded, {
      florence,
      rules,
      onToken: async ({ id, logprob }, count) => {
        emit({ type: "token", prompt, id, logprob });
        if (count % TOKENS_PER_PAUSE === 0) await pause();
      },
    });
    emit({ type: "done", prompt, generation: toGeneration(model, written, promptIds.length) });
  }
}
