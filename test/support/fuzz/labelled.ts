import * as fc from "fast-check";

/** A generated value, and in a few words how it was made: reports of failures and counts are easier to read with it. */
export interface Labelled<Value> {
  readonly what: string;
  readonly value: Value;
}

/** Generates values that were all made in the same way. */
export function labelled<Value>(what: string, values: fc.Arbitrary<Value>): fc.Arbitrary<Labelled<Value>> {
  return values.map((value) => ({ what, value }));
}

/** A weighted choice: `[weight, values]` for each alternative. */
export function weighted<Value>(
  ...alternatives: readonly (readonly [number, fc.Arbitrary<Value>])[]
): fc.Arbitrary<Value> {
  return fc.oneof(...alternatives.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** `rarely` in 1 of `times` cases, else `usually`. */
export function seldom<Value>(
  times: number,
  usually: fc.Arbitrary<Value>,
  rarely: fc.Arbitrary<Value>,
): fc.Arbitrary<Value> {
  return weighted([times - 1, usually], [1, rarely]);
}
