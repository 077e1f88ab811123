import { cancelled } from "../../src/engine/cancelled.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Generation, GenerationEvent } from "../../src/inference/backend.ts";

const times = { queue: 1, encode: 2, decode: 3 };

/** The generation that the manual engine finishes with. */
export const generation: Generation = {
  tokenIds: [0, 4, 2],
  tokenLogprobs: [0, -0.5, -0.25],
  text: "<a^",
  finishReason: "stop",
  promptTokens: 3,
};

/** A token event of the first prompt. */
export const tokenEvent = (id: number): GenerationEvent => ({ type: "token", prompt: 0, id, logprob: -0.5, text: "a" });
/** The final event of the first prompt. */
export const doneEvent: GenerationEvent = { type: "done", prompt: 0, generation };

/**
 * An engine with a single generation that the test controls through `emit`, `finish` and `fail`. As in the real engine, an abort
 * cancels it. `started` resolves with the signal when `generate` is called.
 */
export function manualEngine() {
  const started = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<typeof times>();
  let listener: ((event: GenerationEvent) => void) | undefined;
  const generate: Engine["generate"] = (_job, onEvent, signal) => {
    listener = onEvent;
    started.resolve(signal);
    signal.addEventListener("abort", () => answer.reject(cancelled()));
    return answer.promise;
  };
  return {
    engine: { generate },
    started: started.promise,
    emit: (event: GenerationEvent) => listener?.(event),
    finish: () => answer.resolve(times),
    fail: (reason: unknown) => answer.reject(reason),
  };
}
