import type { Circuit } from "./circuit.ts";
import type { Deadline } from "./deadline.ts";
import { InferenceFailure, verdictOf } from "./failure.ts";
import { retryPauseMs } from "./retry.ts";
import type { RetrySettings } from "./retry.ts";

/** What repeating needs. */
export interface RetryTools {
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly settings: RetrySettings;
}

/** Does the work under the circuit: its outcome is counted. */
export async function counted<Value>(circuit: Circuit, work: () => Promise<Value>): Promise<Value> {
  const settle = circuit.enter();
  try {
    const value = await work();
    settle("for");
    return value;
  } catch (thrown) {
    settle(verdictOf(thrown));
    throw thrown;
  }
}

function failureOf(thrown: unknown, last: InferenceFailure | undefined): InferenceFailure {
  if (!(thrown instanceof InferenceFailure)) throw thrown;
  // Where the last attempt has opened the circuit, it says more than the circuit does.
  return thrown.kind === "circuit-open" ? (last ?? thrown) : thrown;
}

/** Does the work until it succeeds or there is no point in another attempt; throws the last failure then. */
export async function repeated<Value>(
  work: () => Promise<Value>,
  { deadline, random, settings }: RetryTools,
): Promise<Value> {
  let last: InferenceFailure | undefined;
  for (let made = 1; ; made += 1) {
    deadline.check();
    try {
      return await work();
    } catch (thrown) {
      const failure = failureOf(thrown, last);
      if (failure === last) throw failure;
      const pause = retryPauseMs(failure, { made, remainingMs: deadline.remainingMs(), random: random() }, settings);
      if (pause === undefined) throw failure;
      await deadline.wait(pause);
      last = failure;
    }
  }
}
