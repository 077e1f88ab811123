/** How long what a backend says of itself is believed, in milliseconds: a new model on it is noticed within a minute. */
export const REMEMBERED_MS = 60_000;

/**
 * Asks once and remembers the answer for `REMEMBERED_MS`. The value, never the promise: workerd forbids waiting for what
 * another request has begun. A failure is not remembered.
 */
export function remembered<Value, Given extends readonly unknown[]>(
  ask: (...given: Given) => Promise<Value>,
  now: () => number,
): (...given: Given) => Promise<Value> {
  let last: { readonly value: Value; readonly askedMs: number } | undefined;
  return async (...given) => {
    if (last !== undefined && now() - last.askedMs < REMEMBERED_MS) return last.value;
    const value = await ask(...given);
    last = { value, askedMs: now() };
    return value;
  };
}
