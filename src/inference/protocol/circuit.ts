import { admit, closedState, settle, waitMs } from "./breaker.ts";
import type { BreakerSettings } from "./breaker.ts";
import { InferenceFailure } from "./failure.ts";
import type { Verdict } from "./failure.ts";

/** Says how a request that was let through has ended; only the first word counts. */
export type Settle = (verdict: Verdict) => void;

/** The state of one server, shared by all calls. It holds values only: workerd forbids waiting for another request's promise. */
export interface Circuit {
  /** Lets a request through, or throws `circuit-open`. */
  readonly enter: () => Settle;
}

/** Keeps one server's breaker. */
export function createCircuit(settings: BreakerSettings, now: () => number): Circuit {
  let state = closedState;
  return {
    enter: () => {
      const wait = waitMs(state, now(), settings);
      if (wait > 0) {
        const retryAfterSeconds = Math.ceil(wait / 1000);
        throw new InferenceFailure("circuit-open", "The server failed repeatedly and is left alone.", {
          retryAfterSeconds,
        });
      }
      state = admit(state, now());
      let epoch: number | undefined = state.epoch;
      return (verdict) => {
        if (epoch !== undefined) state = settle(state, epoch, verdict, now(), settings);
        epoch = undefined;
      };
    },
  };
}
