import type { Circuit } from "./circuit.ts";
import type { Deadline } from "./deadline.ts";
import { InferenceFailure, verdictOf } from "./failure.ts";
import { retryDelayMs } from "./retry.ts";
import type { RetrySettings } from "./retry.ts";

/** What repeating needs. */
export interface RetryContext {
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly settings: RetrySettings;
}

/** Does the work under the circuit: its outcome is counted, but for the deadline of one that is in haste. */
export async function counted<Value>(
  circuit: Circuit,
  work: () => Promise<Value>,
  isBestEffort = false,
): Promise<Value> {
  const settle = circuit.enter();
  try {
    const value = await work();
    settle("for");
    return value;
  } catch (thrown) {
    const isLate = thrown instanceof InferenceFailure && thrown.kind === "deadline";
    settle(isBestEffort && isLate ? "neither" : verdictOf(thrown));
    throw thrown;
  }
}

/** Does the work until it succeeds or there is no point in another attempt; throws the last failure then. */
export async function repeated<Value>(
  work: () => Promise<Value>,
  { deadline, random, settings }: RetryContext,
): Promise<Value> {
  for (let made = 1; ; made += 1) {
    deadline.check();
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof InferenceFailure)) throw thrown;
      const pause = retryDelayMs(thrown, { made, remainingMs: deadline.remainingMs(), random: random() }, settings);
      if (pause === undefined) throw thrown;
      await deadline.wait(pause);
    }
  }
}
