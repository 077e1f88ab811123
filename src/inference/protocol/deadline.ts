import { InferenceFailure } from "./failure.ts";

/** The injected clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, because Retry-After may be a date. */
  readonly now: () => number;
  /** Resolves after `milliseconds`. Once the signal is aborted it may resolve or reject, and should release its timer. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** The deadline of one call, which covers all its attempts and every read of a reply. */
export interface Deadline {
  /** Aborted when the deadline passes or the caller cancels. */
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /** Awaits the promise until the deadline at most. Throws `deadline` or `cancelled`. */
  readonly race: <Value>(promise: Promise<Value>) => Promise<Value>;
  /** Throws `deadline` or `cancelled` if the call is already over. */
  readonly check: () => void;
  /** Sleeps until the deadline at most; throws like `race`. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Releases the timer and the listener on the caller's signal. */
  readonly end: () => void;
}

const ignore = (): void => {};

/** Starts the deadline of one call, `milliseconds` from now. `caller` is the caller's abort signal. */
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
  const cancel = (): void =>
    stop(new InferenceFailure("cancelled", "The caller cancelled the call.", { cause: caller?.reason }));
  const expire = (): void => stop(new InferenceFailure("deadline", `The deadline of ${milliseconds} ms has passed.`));
  // Without a pending race, the rejection must not be reported as unhandled.
  over.promise.catch(ignore);
  caller?.addEventListener("abort", cancel, { once: true });
  if (caller?.aborted) cancel();
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
    wait: (ms) => race(sleep(ms, work.signal)),
    end: () => {
      timer.abort();
      caller?.removeEventListener("abort", cancel);
    },
  };
}
