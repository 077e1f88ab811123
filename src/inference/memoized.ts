/** How long what a backend says of itself is believed, in milliseconds: a new model on it is noticed within a minute. */
export const MEMOIZE_TTL_MS = 60_000;

/** Asks, or remembers what was answered. */
export interface Memoized<Value, Given extends readonly unknown[]> {
  (...given: Given): Promise<Value>;
  /** Asks anew the next time, unless another has asked since this was answered. */
  readonly forget: (value: Value) => void;
}

/**
 * Asks once and remembers the answer for `MEMOIZE_TTL_MS`. The value, never the promise: workerd forbids waiting for what
 * another request has begun. A failure is not memoized.
 */
export function memoized<Value, Given extends readonly unknown[]>(
  ask: (...given: Given) => Promise<Value>,
  now: () => number,
): Memoized<Value, Given> {
  let last: { readonly value: Value; readonly askedMs: number } | undefined;
  const recall = async (...given: Given): Promise<Value> => {
    if (last !== undefined && now() - last.askedMs < MEMOIZE_TTL_MS) return last.value;
    const value = await ask(...given);
    last = { value, askedMs: now() };
    return value;
  };
  const forget = (value: Value): void => {
    if (last?.value === value) last = undefined;
  };
  return Object.assign(recall, { forget });
}
