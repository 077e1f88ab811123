import type { GenerationConfig } from "../runtime/model-config.ts";

/** The settings of one generation: search, length limit and logits processors. */
export interface GenerationSettings extends GenerationConfig {
  /** Maximum number of ids in the sequence, the decoder's start token and the end token included. */
  readonly maxLength: number;
}

/** Returns the ids that would complete an n-gram that `sequence` already contains. `size` is n; 0 turns the rule off. */
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

/** Returns the id that is forced after `length` ids, if any. The last position takes precedence over the first, as in transformers. */
export function forcedTokenId(length: number, rules: GenerationSettings): number | undefined {
  if (length === rules.maxLength - 1 && rules.forcedLastTokenId !== undefined) return rules.forcedLastTokenId;
  return length === 1 ? rules.forcedFirstTokenId : undefined;
}

/** Plain loops here and below: they run over the whole vocabulary for every token, and callbacks would take three times as long. */
function highestOf(scores: Float32Array): number {
  let highest = -Infinity;
  for (let id = 0; id < scores.length; id += 1) highest = Math.max(highest, scores[id] ?? -Infinity);
  return highest;
}

/**
 * Returns the log-probabilities of one row of logits as a new array. Computes in float32 with the same steps as torch's
 * `log_softmax` on a CPU, except for the sum of the exponentials: torch's order of addition depends on the processor.
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
 * Applies the rules to logits or log-probabilities in transformers' order: no repeated n-gram, forced first id, forced last id.
 * Returns a new array, with -Infinity for ids that are not allowed. Ids without a token are never allowed: padding of the logits
 * is cut off, and the image placeholder is -Infinity. `sequence` begins with the decoder's start token.
 */
export function processLogits(raw: Float32Array, sequence: readonly number[], rules: GenerationSettings): Float32Array {
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

/** Returns the first index of the highest score. Throws `RangeError` if every score is NaN or -Infinity. */
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

/** Returns the natural logarithm of one id's probability in the softmax over all scores, in double precision. */
export function logProbability(scores: Float32Array, id: number): number {
  const highest = highestOf(scores);
  let sum = 0;
  for (let at = 0; at < scores.length; at += 1) sum += Math.exp((scores[at] ?? -Infinity) - highest);
  return (scores[id] ?? -Infinity) - highest - Math.log(sum);
}
