import { InferenceFailure } from "./failure.ts";

/** The createManualClock's time, passed in. */
export interface Clock {
  /** Milliseconds since 1970: Retry-After may be a date. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; once the signal is aborted it may resolve or reject, and should let go of its timer. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** The time that one call has, over all its attempts, replies and reads. */
export interface Deadline {
  /** Aborted when the time is over or the caller leaves. */
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /** Waits for the promise, but no longer than the deadline, whatever it waits for. Throws `deadline` or `cancelled`. */
  readonly race: <Value>(promise: Promise<Value>) => Promise<Value>;
  /** Throws likewise where it is over already. */
  readonly check: () => void;
  /** Waits so long, under the same terms. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Lets go of the timer and of the caller's signal. */
  readonly end: () => void;
}

const ignore = (): void => {};

/** Starts the time of one call. `caller` is the signal of whoever asked. */
export function startDeadline({ now, sleep }: Clock, milliseconds: number, caller?: AbortSignal): Deadline {
  const endsAt = now() + milliseconds;
  const work = new AbortController();
  const timer = new AbortController();
  const over = Promise.withResolvers<never>();
  let ended: InferenceFailure | undefined;
  const stop = (failure: InferenceFailure): void => {
    ended ??= failure;
    over.reject(failure);
    work.abort(failure);
  };
  const leave = (): void => stop(new InferenceFailure("cancelled", "The caller left.", { cause: caller?.reason }));
  const expire = (): void => stop(new InferenceFailure("deadline", `The time, ${milliseconds} ms, is over.`));
  // Where nobody races when the time is over, nobody need know.
  over.promise.catch(ignore);
  caller?.addEventListener("abort", leave, { once: true });
  if (caller?.aborted) leave();
  sleep(milliseconds, timer.signal).then(() => timer.signal.aborted || expire(), ignore);
  const race = <Value>(promise: Promise<Value>): Promise<Value> => Promise.race([over.promise, promise]);
  const remainingMs = (): number => Math.max(0, endsAt - now());
  return {
    signal: work.signal,
    remainingMs,
    race,
    check: () => {
      if (remainingMs() === 0) expire();
      if (ended !== undefined) throw ended;
    },
    wait: (pause) => race(sleep(pause, work.signal)),
    end: () => {
      timer.abort();
      caller?.removeEventListener("abort", leave);
    },
  };
}
