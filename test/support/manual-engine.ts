import { cancelled } from "../../src/engine/cancelled.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Generation, GenerationEvent } from "../../src/inference/backend.ts";

const times = { queue: 1, encode: 2, decode: 3 };

/** What the engine under the hand says at the end of an answer. */
export const generation: Generation = {
  tokenIds: [0, 4, 2],
  tokenLogprobs: [0, -0.5, -0.25],
  text: "<a^",
  finishReason: "stop",
  promptTokens: 3,
};

/** Events of one prompt's answer. */
export const tokenEvent = (id: number): GenerationEvent => ({ type: "token", prompt: 0, id, logprob: -0.5, text: "a" });
export const doneEvent: GenerationEvent = { type: "done", prompt: 0, generation };

/**
 * An engine whose one answer is written by the test's own hand. A caller who leaves ends it, as in the real one;
 * `started` resolves when there is a caller.
 */
export function manualEngine() {
  const started = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<typeof times>();
  let heard: ((event: GenerationEvent) => void) | undefined;
  const generate: Engine["generate"] = (_job, hear, signal) => {
    heard = hear;
    started.resolve(signal);
    signal.addEventListener("abort", () => answer.reject(cancelled()));
    return answer.promise;
  };
  return {
    engine: { generate },
    started: started.promise,
    emit: (event: GenerationEvent) => heard?.(event),
    finish: () => answer.resolve(times),
    fail: (reason: unknown) => answer.reject(reason),
  };
}
