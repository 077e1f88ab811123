import * as fc from "fast-check";
import type { GenerationSettings } from "../../src/decoding/logits.ts";

/** Rules without forced tokens, with end token 2. */
export const plainRules: GenerationSettings = {
  startTokenId: 2,
  endTokenId: 2,
  forcedFirstTokenId: undefined,
  forcedLastTokenId: undefined,
  noRepeatNgramSize: 0,
  beams: 1,
  earlyStopping: true,
  lengthPenalty: 1,
  maxNewTokens: 9,
  maxLength: 10,
  vocabularySize: 4,
  imageTokenId: undefined,
};

/** A model with logit 1 for the next of `ids` and 0 for all other ids; it depends only on the length of the sequence. */
export function scripted(ids: readonly number[]) {
  return (sequence: readonly number[]): Float32Array =>
    Float32Array.from({ length: 4 }, (_, id) => Number(id === ids[sequence.length - 1]));
}

const VOCABULARY = 12;

/** Models with logits that depend on the last id, in multiples of 0.25, so that equal scores are frequent. */
export const toyModels = fc
  .array(fc.integer({ min: -12, max: 12 }), { minLength: VOCABULARY ** 2, maxLength: VOCABULARY ** 2 })
  .map((quarters) => (sequence: readonly number[]): Float32Array => {
    const from = (sequence.at(-1) ?? 0) * VOCABULARY;
    return Float32Array.from(quarters.slice(from, from + VOCABULARY), (quarter) => quarter / 4);
  });

/** Rules for a toy model, including forced first and last ids and n-gram limits. */
export const toyRules: fc.Arbitrary<GenerationSettings> = fc
  .record({
    forcedFirstTokenId: fc.constantFrom(0, undefined),
    forcedLastTokenId: fc.constantFrom(2, undefined),
    noRepeatNgramSize: fc.constantFrom(0, 2, 3),
    beams: fc.integer({ min: 2, max: 5 }),
    earlyStopping: fc.constantFrom<GenerationSettings["earlyStopping"][]>(true, false, "never"),
    lengthPenalty: fc.constantFrom(-1, 0, 0.5, 1, 2),
    maxLength: fc.integer({ min: 2, max: 20 }),
  })
  .map((rules) => ({ ...plainRules, ...rules, vocabularySize: VOCABULARY }));
