import type { Decoding, FinishReason } from "../inference/backend.ts";
import { forcedTokenId, type GenerationSettings } from "./logits.ts";
import type { ModelConfig } from "../runtime/model-config.ts";

/** A generated id and the natural logarithm of its probability (0 for a forced id). */
export interface GeneratedToken {
  readonly id: number;
  readonly logprob: number;
}

/** The result of a search: its tokens, without the decoder's start token. If the limit forced the end token, the finish reason is "length". */
export interface SearchResult {
  readonly tokens: readonly GeneratedToken[];
  readonly finishReason: FinishReason;
}

/** The decoder input for one running sequence. */
export interface Row {
  /** Index of the row in the previous step of this search that this row continues; 0 at the first step. */
  readonly source: number;
  readonly id: number;
}

/** The search of one prompt between two decoder steps. Immutable. */
export interface Search {
  /** One row for each distinct sequence; a single row at the first step. */
  readonly rows: readonly Row[];
  /** The tokens that every possible result of this search begins with. */
  readonly certain: readonly GeneratedToken[];
  /** Continues with the logits for the position after each of `rows`. Returns a `SearchResult` when the search has finished. */
  next(logits: readonly Float32Array[]): Search | SearchResult;
}

/** Merges the caller's settings with the checkpoint's. The length limit never exceeds the position table. */
export function generationSettings({ generation, positions }: ModelConfig, decoding: Decoding): GenerationSettings {
  const {
    maxNewTokens = generation.maxNewTokens,
    beams = generation.beams,
    noRepeatNgramSize = generation.noRepeatNgramSize,
    earlyStopping = generation.earlyStopping,
    lengthPenalty = generation.lengthPenalty,
  } = decoding;
  // One more than the positions: the last id is never fed back, so it needs no position.
  const maxLength = 1 + Math.min(maxNewTokens, positions);
  return { ...generation, maxNewTokens, beams, noRepeatNgramSize, earlyStopping, lengthPenalty, maxLength };
}

/** Returns why a sequence ended with the id `last`. `before` are the ids before it, start token included. */
export function finishReason(last: number, before: readonly number[], rules: GenerationSettings): FinishReason {
  return last === rules.endTokenId && forcedTokenId(before.length, rules) === undefined ? "stop" : "length";
}
