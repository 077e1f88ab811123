import type { Circuit } from "./circuit.ts";
import type { Deadline } from "./deadline.ts";
import { InferenceFailure, outcomeOf } from "./failure.ts";
import { retryDelayMs } from "./retry.ts";
import type { RetrySettings } from "./retry.ts";

/** Dependencies of `withRetries`. */
export interface RetryContext {
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly settings: RetrySettings;
}

/** Runs `work` through the circuit and reports the outcome to it, except a best-effort call that reaches its deadline. */
export async function withCircuit<Value>(
  circuit: Circuit,
  work: () => Promise<Value>,
  isBestEffort = false,
): Promise<Value> {
  const recordOutcome = circuit.enter();
  try {
    const value = await work();
    recordOutcome("success");
    return value;
  } catch (thrown) {
    const isTimeout = thrown instanceof InferenceFailure && thrown.kind === "deadline";
    recordOutcome(isBestEffort && isTimeout ? "ignored" : outcomeOf(thrown));
    throw thrown;
  }
}

/** Runs `work` until it succeeds or no further attempt is allowed; then throws the last failure. */
export async function withRetries<Value>(
  work: () => Promise<Value>,
  { deadline, random, settings }: RetryContext,
): Promise<Value> {
  for (let made = 1; ; made += 1) {
    deadline.check();
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof InferenceFailure)) throw thrown;
      const delay = retryDelayMs(thrown, { made, remainingMs: deadline.remainingMs(), random: random() }, settings);
      if (delay === undefined) throw thrown;
      await deadline.wait(delay);
    }
  }
}
