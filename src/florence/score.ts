import { BINS } from "./coordinates.ts";

/** Name of the rule of `textScoreOf` in answers: the geometric mean of the probabilities of a text's tokens. */
export const TEXT_SCORE_TYPE = "token-probability-geometric-mean";

/** Name of the rule of `scoreOf` in answers: the geometric mean of the probabilities of an object's location tokens. */
export const SCORE_TYPE = "location-probability-geometric-mean";

/**
 * The log-probabilities of a generation's location tokens, in order: entry n belongs to the location with ordinal n.
 * `firstLocationId` is the vocabulary's id of `<loc_0>`; the others follow it.
 */
export function locationLogprobs(
  tokenIds: readonly number[],
  tokenLogprobs: readonly number[],
  firstLocationId: number,
): readonly number[] {
  return tokenLogprobs.filter((_, index) => {
    const bin = (tokenIds[index] ?? -1) - firstLocationId;
    return bin >= 0 && bin < BINS;
  });
}

/**
 * The model's confidence in an object's location, 0..1: exp of the mean log-probability of its location tokens, the
 * formula of Florence-2's original code without its position errors. A location without a log-probability makes the
 * score 0.
 */
export function scoreOf(object: { readonly locations: readonly number[] }, logprobs: readonly number[]): number {
  const sum = object.locations.reduce((total, ordinal) => total + (logprobs[ordinal] ?? -Infinity), 0);
  return object.locations.length === 0 ? 0 : Math.min(1, Math.exp(sum / object.locations.length));
}

/**
 * The model's confidence in a text, 0..1: exp of the mean log-probability of the generated tokens, the end token included. Without the first, the start
 * token `<s>`, which the model is forced to generate. 0 if there is no other.
 */
export function textScoreOf(tokenLogprobs: readonly number[]): number {
  const logprobs = tokenLogprobs.slice(1);
  const sum = logprobs.reduce((total, logprob) => total + logprob, 0);
  return logprobs.length === 0 ? 0 : Math.min(1, Math.exp(sum / logprobs.length));
}
