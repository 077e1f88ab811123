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

/** Tokens in the cache if every answer gets as long as it may; a shorter prompt is padded to the longest. */
function cachedTokens(batch: readonly PromptSize[], { beams, maxLength }: LogitRules): number {
  const longest = Math.max(...batch.map(({ tokens }) => tokens));
  return batch.length * beams * (longest + maxLength - 1);
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
export function batchesOf<Prompt extends PromptSize>(
  prompts: readonly Prompt[],
  limits: BatchLimits,
): readonly (readonly Prompt[])[] {
  const { rules, maxCachedTokens } = limits;
  const batches: Prompt[][] = [];
  for (const prompt of prompts) {
    if (cachedTokens([prompt], rules) > maxCachedTokens) throw tooManyTokens(prompt, limits);
    const last = batches.at(-1);
    if (last !== undefined && cachedTokens([...last, prompt], rules) <= maxCachedTokens) last.push(prompt);
    else batches.push([prompt]);
  }
  return batches;
}
