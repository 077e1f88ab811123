import type { Decoding, FinishReason } from "../inference/backend.ts";
import { forcedTokenId, type LogitRules } from "./logits.ts";
import type { ModelConfig } from "../runtime/model-config.ts";

/** One written id and the natural logarithm of its probability: 0 where one was forced. */
export interface GeneratedToken {
  readonly id: number;
  readonly logprob: number;
}

/** What a search found: its ids without the decoder's start token. A closing id that the limit forced is "length". */
export interface SearchResult {
  readonly tokens: readonly GeneratedToken[];
  readonly finishReason: FinishReason;
}

/** What the decoder is fed for one sequence that is still followed. */
export interface Row {
  /** The row of the search's step before that this one goes on from; 0 at the first. */
  readonly source: number;
  readonly id: number;
}

/** One prompt's search between two steps of the decoder. Immutable. */
export interface Search {
  /** One for each sequence that differs; a single one at the first step. */
  readonly rows: readonly Row[];
  /** The tokens that will be written, whatever comes. */
  readonly certain: readonly GeneratedToken[];
  /** Takes the logits behind each of `rows`. */
  next(logits: readonly Float32Array[]): Search | SearchResult;
}

/** The rules of one answer: the caller's, else the checkpoint's own, and a limit that the position table always keeps. */
export function rulesFor({ generation, positions }: ModelConfig, decoding: Decoding): LogitRules {
  const {
    maxNewTokens = generation.maxNewTokens,
    beams = generation.beams,
    noRepeatNgramSize = generation.noRepeatNgramSize,
    earlyStopping = generation.earlyStopping,
    lengthPenalty = generation.lengthPenalty,
  } = decoding;
  // One more than the positions: the last id is never fed back, so it needs none.
  const maxLength = 1 + Math.min(maxNewTokens, positions);
  return { ...generation, maxNewTokens, beams, noRepeatNgramSize, earlyStopping, lengthPenalty, maxLength };
}

/** Why an answer ended with `last`, which stands behind `before`, the start token included. */
export function finishReason(last: number, before: readonly number[], rules: LogitRules): FinishReason {
  return last === rules.endTokenId && forcedTokenId(before.length, rules) === undefined ? "stop" : "length";
}
