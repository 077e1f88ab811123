import type { FinishReason } from "../inference/backend.ts";
import type { DecoderState, Encoded, Florence2 } from "./florence2.ts";
import { applyRules, argmax, forcedTokenId, logProbability, type LogitRules } from "./logits.ts";
import type { ModelConfig } from "./model-config.ts";

/** One written id and the natural logarithm of its probability among the ids that the rules allowed there: 0 where one was forced. */
export interface WrittenToken {
  readonly id: number;
  readonly logprob: number;
}

/** What a search found: its ids without the decoder's start token. A closing id that the limit forced is "length". */
export interface Written {
  readonly tokens: readonly WrittenToken[];
  readonly finishReason: FinishReason;
}

/** How one prompt's answer is searched. */
export interface Search {
  readonly florence: Pick<Florence2, "begin" | "step" | "release">;
  readonly rules: LogitRules;
  /** Awaited for each id as soon as it is certain, with how many there are now; throws to end the search. */
  readonly onToken: (token: WrittenToken, count: number) => Promise<void>;
}

/** The rules of one answer: the checkpoint's own, and a limit that the position table always keeps. */
export function rulesFor({ generation, positions }: ModelConfig, maxNewTokens: number | undefined): LogitRules {
  // One more than the positions: the last id is never fed back, so it needs none.
  return { ...generation, maxLength: 1 + Math.min(maxNewTokens ?? generation.maxNewTokens, positions) };
}

/** The likeliest id at each place, the lower of two equal ones. */
export async function searchGreedily(encoded: Encoded, { florence, rules, onToken }: Search): Promise<Written> {
  const tokens: WrittenToken[] = [];
  const sequence = [rules.startTokenId];
  let state: DecoderState = florence.begin(encoded);
  try {
    while (sequence.length < rules.maxLength) {
      const step = await florence.step(state, sequence.at(-1) ?? rules.startTokenId);
      florence.release(state, [step.state]);
      state = step.state;
      const scores = applyRules(step.logits, sequence, rules);
      const id = argmax(scores);
      const token = { id, logprob: logProbability(scores, id) };
      tokens.push(token);
      await onToken(token, tokens.length);
      const isForced = forcedTokenId(sequence.length, rules) !== undefined;
      if (id === rules.endTokenId) return { tokens, finishReason: isForced ? "length" : "stop" };
      sequence.push(id);
    }
    return { tokens, finishReason: "length" };
  } finally {
    florence.release(state, []);
  }
}
