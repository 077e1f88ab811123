import type { GenerationConfig } from "../runtime/model-config.ts";

/** The settings under which one answer is written. */
export interface LogitRules extends GenerationConfig {
  /** Ids of the whole sequence, the decoder's start token and the closing one included. */
  readonly maxLength: number;
}

/** The ids that would complete an n-gram which `sequence` already holds. */
export function repeatedNgramEnds(sequence: readonly number[], size: number): ReadonlySet<number> {
  const ends = new Set<number>();
  if (size === 0 || sequence.length < size) return ends;
  const tail = sequence.slice(sequence.length - size + 1);
  for (let start = 0; start + size <= sequence.length; start++) {
    const end = sequence[start + size - 1];
    if (end !== undefined && tail.every((id, at) => id === sequence[start + at])) ends.add(end);
  }
  return ends;
}

/** The id that nothing else may be written in place of, if the place forces one. The last place wins over the first, as in transformers. */
export function forcedTokenId(length: number, rules: LogitRules): number | undefined {
  if (length === rules.maxLength - 1 && rules.forcedLastTokenId !== undefined) return rules.forcedLastTokenId;
  return length === 1 ? rules.forcedFirstTokenId : undefined;
}

/** Loops, here and below: they run over the whole vocabulary for every token, and closures take three times as long. */
function highestOf(scores: Float32Array): number {
  let highest = -Infinity;
  for (let id = 0; id < scores.length; id += 1) highest = Math.max(highest, scores[id] ?? -Infinity);
  return highest;
}

/**
 * Log-probabilities of one row of logits in float32, step by step as torch's `log_softmax` has them on a CPU but for the sum
 * of the exponentials, whose order of addition there depends on the processor. Gives a new array.
 */
export function logSoftmax(logits: Float32Array): Float32Array {
  const highest = highestOf(logits);
  const logprobs = new Float32Array(logits.length);
  let sum = 0;
  for (let id = 0; id < logits.length; id += 1) {
    const shifted = Math.fround((logits[id] ?? -Infinity) - highest);
    logprobs[id] = shifted;
    sum += Math.exp(shifted);
  }
  const logSum = Math.fround(Math.log(Math.fround(sum)));
  for (let id = 0; id < logprobs.length; id += 1) logprobs[id] = (logprobs[id] ?? -Infinity) - logSum;
  return logprobs;
}

/**
 * The scores after the rules, be they logits or log-probabilities, in the order of transformers: no repeated n-gram, forced first id, forced last id. What
 * may not be written is -Infinity; ids that stand for nothing (padding rows of the logits, the image placeholder) never
 * may. `sequence` begins with the decoder's start token. Gives a new array.
 */
export function applyRules(raw: Float32Array, sequence: readonly number[], rules: LogitRules): Float32Array {
  const forced = forcedTokenId(sequence.length, rules);
  if (forced !== undefined) {
    const only = new Float32Array(rules.vocabularySize).fill(-Infinity);
    only[forced] = 0;
    return only;
  }
  const scores = raw.slice(0, rules.vocabularySize);
  if (rules.imageTokenId !== undefined && rules.imageTokenId < scores.length) scores[rules.imageTokenId] = -Infinity;
  for (const id of repeatedNgramEnds(sequence, rules.noRepeatNgramSize)) scores[id] = -Infinity;
  return scores;
}

/** The first index of the highest score. Throws where there is none: NaN everywhere, or nothing but -Infinity. */
export function argmax(scores: Float32Array): number {
  let best = -1;
  let highest = -Infinity;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] ?? -Infinity;
    if (score > highest) {
      highest = score;
      best = id;
    }
  }
  if (best === -1) throw new RangeError("The decoder's logits have no highest value.");
  return best;
}

/** Natural logarithm of one id's share of the softmax over all scores, in double precision. */
export function logProbability(scores: Float32Array, id: number): number {
  const highest = highestOf(scores);
  let sum = 0;
  for (let at = 0; at < scores.length; at += 1) sum += Math.exp((scores[at] ?? -Infinity) - highest);
  return (scores[id] ?? -Infinity) - highest - Math.log(sum);
}
