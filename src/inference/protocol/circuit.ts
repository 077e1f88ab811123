import { admit, closedState, recordOutcome, waitMs } from "./breaker.ts";
import type { BreakerSettings } from "./breaker.ts";
import { InferenceFailure } from "./failure.ts";
import type { Outcome } from "./failure.ts";

/** Reports the outcome of an admitted request; only the first call counts. */
export type RecordOutcome = (outcome: Outcome) => void;

/** Circuit breaker of one server, shared by all calls. Holds values only: workerd forbids awaiting a promise of another request. */
export interface Circuit {
  /** Admits a request, or throws `circuit-open`. */
  readonly enter: () => RecordOutcome;
}

/** Creates the circuit breaker of one server. */
export function createCircuit(settings: BreakerSettings, now: () => number): Circuit {
  let state = closedState;
  let successes = 0;
  return {
    enter: () => {
      const wait = waitMs(state, now(), settings);
      if (wait > 0) {
        const retryAfterSeconds = Math.ceil(wait / 1000);
        throw new InferenceFailure("circuit-open", "The server failed repeatedly; requests to it are suspended.", {
          retryAfterSeconds,
        });
      }
      state = admit(state, now());
      let epoch: number | undefined = state.epoch;
      const before = successes;
      return (outcome) => {
        if (epoch === undefined) return;
        // Calls of one caller that wait until their deadlines pass together, while those of others succeed, do not mean that the server is down.
        const isOld = state.kind === "closed" && outcome === "failure" && successes > before;
        state = recordOutcome(state, epoch, isOld ? "ignored" : outcome, now(), settings);
        if (outcome === "success") successes += 1;
        epoch = undefined;
      };
    },
  };
}
