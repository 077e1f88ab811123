import { Problem } from "../contract/problems.ts";
import type { LogitRules } from "./logits.ts";

/** A prompt as far as memory goes. */
export interface PromptSize {
  /** What the encoder reads, visual tokens included. */
  readonly tokens: number;
}

/** What bounds a batch. */
export interface BatchLimits {
  readonly rules: LogitRules;
  /** Tokens seen and written, over all sequences of a batch, that the decoder may have to cache at once. */
  readonly maxCachedTokens: number;
}

function longestOf(batch: readonly PromptSize[]): number {
  return Math.max(...batch.map(({ tokens }) => tokens));
}

/** Parts a list, in its order, into as few pieces as one goes with: each as long as it may be, none empty. */
function parted<Item>(items: readonly Item[], isAllowed: (piece: readonly Item[]) => boolean): readonly Item[][] {
  const pieces: Item[][] = [];
  for (const item of items) {
    const last = pieces.at(-1);
    if (last !== undefined && isAllowed([...last, item])) last.push(item);
    else pieces.push([item]);
  }
  return pieces;
}

/** Tokens in the cache if every answer gets as long as it may; a shorter prompt is padded to the longest. */
function cachedTokens(batch: readonly PromptSize[], { beams, maxLength }: LogitRules): number {
  return batch.length * beams * (longestOf(batch) + maxLength - 1);
}

function tooManyTokens({ tokens }: PromptSize, { rules, maxCachedTokens }: BatchLimits): Problem {
  const most = Math.max(0, Math.floor(maxCachedTokens / rules.beams) - tokens);
  const message = `With ${rules.beams} beams and this prompt, memory is enough for ${most} tokens.`;
  return new Problem("invalid-request", message, { issues: [{ path: "max_new_tokens", message }] });
}

/**
 * Parts the prompts, in their order, into batches that fit. Throws `invalid-request` where one prompt alone, with its
 * beams and its longest answer, does not.
 */
export function planBatches<Prompt extends PromptSize>(
  prompts: readonly Prompt[],
  limits: BatchLimits,
): readonly (readonly Prompt[])[] {
  const { rules, maxCachedTokens } = limits;
  const isAllowed = (batch: readonly Prompt[]) => cachedTokens(batch, rules) <= maxCachedTokens;
  for (const prompt of prompts) if (!isAllowed([prompt])) throw tooManyTokens(prompt, limits);
  return parted(prompts, isAllowed);
}

/**
 * Parts the prompts, in their order, into pieces that have no more than so many tokens in the encoder, each padded to the longest; a
 * prompt that has more is alone.
 */
export function planEncoderBatches<Prompt extends PromptSize>(
  prompts: readonly Prompt[],
  maxTokens: number,
): readonly (readonly Prompt[])[] {
  return parted(prompts, (piece) => piece.length * longestOf(piece) <= maxTokens);
}
