import { processLogits, argmax, logProbability, type GenerationSettings } from "./logits.ts";
import { free } from "../runtime/tensors.ts";
import { finishReason, type Search, type GeneratedToken } from "./search.ts";

/**
 * Creates a search that takes the most probable id at each position, the lowest of equal ones. A token's probability is
 * that of the softmax over the ids that the rules allow at that position.
 */
export function createGreedySearch(rules: GenerationSettings): Search {
  const searchAfter = (sequence: readonly number[], certain: readonly GeneratedToken[]): Search => ({
    rows: [{ source: 0, id: sequence.at(-1) ?? rules.startTokenId }],
    certain,
    next: ([logits = new Float32Array()]) => {
      const scores = processLogits(logits, sequence, rules);
      const id = argmax(scores);
      const tokens = [...certain, { id, logprob: logProbability(scores, id) }];
      free([scores]);
      const nextSequence = [...sequence, id];
      if (id !== rules.endTokenId && nextSequence.length < rules.maxLength) return searchAfter(nextSequence, tokens);
      return { tokens, finishReason: finishReason(id, sequence, rules) };
    },
  });
  return searchAfter([rules.startTokenId], []);
}
