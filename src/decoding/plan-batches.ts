import { Problem } from "../contract/problems.ts";
import type { GenerationSettings } from "./logits.ts";

/** The size of a prompt, which determines its memory use. */
export interface PromptSize {
  /** Number of encoder tokens, visual tokens included. */
  readonly tokens: number;
}

/** Limits of a batch. */
export interface BatchLimits {
  readonly rules: GenerationSettings;
  /** Maximum number of cached tokens (encoder output and generated) over all sequences of a batch. */
  readonly maxCachedTokens: number;
}

/**
 * Maximum sequences of a batch with several prompts: as many as one prompt with the most beams has (`MAX_BEAMS`). Other callers wait for the end of a
 * batch, and larger ones are no faster in wasm.
 */
export const MAX_BATCH_ROWS = 5;

function longestOf(batch: readonly PromptSize[]): number {
  return Math.max(...batch.map(({ tokens }) => tokens));
}

/** Splits a list, in order, into as few non-empty sublists as `isAllowed` permits. */
function split<Item>(items: readonly Item[], isAllowed: (piece: readonly Item[]) => boolean): readonly Item[][] {
  const pieces: Item[][] = [];
  for (const item of items) {
    const last = pieces.at(-1);
    if (last !== undefined && isAllowed([...last, item])) last.push(item);
    else pieces.push([item]);
  }
  return pieces;
}

/** Returns the number of cached tokens if every generation reaches its maximum length. Shorter prompts are padded to the longest. */
function cachedTokens(batch: readonly PromptSize[], { beams, maxLength }: GenerationSettings): number {
  return batch.length * beams * (longestOf(batch) + maxLength - 1);
}

function tooManyTokens({ tokens }: PromptSize, { rules, maxCachedTokens }: BatchLimits): Problem {
  const maxTokens = Math.max(0, Math.floor(maxCachedTokens / rules.beams) - tokens);
  const message = `With ${rules.beams} beams and this prompt, memory is enough for ${maxTokens} tokens.`;
  return new Problem("invalid-request", message, { issues: [{ path: "max_new_tokens", message }] });
}

/**
 * Splits the prompts, in order, into batches that fit into memory. Throws `invalid-request` if a single prompt does not fit with
 * its beams and its longest possible generation.
 */
export function planBatches<Prompt extends PromptSize>(
  prompts: readonly Prompt[],
  limits: BatchLimits,
): readonly (readonly Prompt[])[] {
  const { rules, maxCachedTokens } = limits;
  const fits = (batch: readonly Prompt[]) => cachedTokens(batch, rules) <= maxCachedTokens;
  for (const prompt of prompts) if (!fits([prompt])) throw tooManyTokens(prompt, limits);
  return split(prompts, (batch) => fits(batch) && batch.length * rules.beams <= MAX_BATCH_ROWS);
}

/**
 * Splits the prompts, in order, into encoder batches of at most `maxTokens` tokens, with each prompt padded to the
 * longest of its batch. A prompt that has more tokens is a batch of its own.
 */
export function planEncoderBatches<Prompt extends PromptSize>(
  prompts: readonly Prompt[],
  maxTokens: number,
): readonly (readonly Prompt[])[] {
  return split(prompts, (piece) => piece.length * longestOf(piece) <= maxTokens);
}
