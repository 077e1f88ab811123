/** How long a memoized value is valid, in milliseconds: a new model on a backend is noticed within a minute. */
export const MEMOIZE_TTL_MS = 60_000;

/** A function that returns the memoized value, or computes it. */
export interface Memoized<Value, Args extends readonly unknown[]> {
  (...args: Args): Promise<Value>;
  /** Drops `value`, so that the next call computes a new one; does nothing if a newer value has replaced it. */
  readonly invalidate: (value: Value) => void;
}

/**
 * Memoizes the result of an asynchronous function for `MEMOIZE_TTL_MS`. Stores the value, never the promise: workerd forbids awaiting a
 * promise of another request. A failure is not memoized.
 */
export function memoized<Value, Args extends readonly unknown[]>(
  compute: (...args: Args) => Promise<Value>,
  now: () => number,
): Memoized<Value, Args> {
  let last: { readonly value: Value; readonly computedMs: number } | undefined;
  const call = async (...args: Args): Promise<Value> => {
    // A clock that was set back does not keep a value for as long.
    if (last !== undefined && Math.abs(now() - last.computedMs) < MEMOIZE_TTL_MS) return last.value;
    const value = await compute(...args);
    last = { value, computedMs: now() };
    return value;
  };
  const invalidate = (value: Value): void => {
    if (last?.value === value) last = undefined;
  };
  return Object.assign(call, { invalidate });
}
