/** Receives the pixels of one file from a codec. */
export interface PixelReader<Result> {
  /** To be called by the codec with its view of RGBA; does nothing after the first call. Never throws. */
  readonly receive: (rgba: Uint8Array) => void;
  /** Returns what `read` returned, or `undefined` if no pixels came. Throws what `read` threw. */
  readonly result: () => Result | undefined;
}

/**
 * Creates a reader that passes the first pixels to `read`. An error of `read` is thrown by `result`, after the codec has returned: thrown through
 * the codec's own code, which has no `finally`, it would leave the codec's buffers allocated for good.
 */
export function createPixelReader<Result>(read: (rgba: Uint8Array) => Result): PixelReader<Result> {
  let outcome: { readonly result: Result } | { readonly thrown: unknown } | undefined;
  return {
    receive: (rgba) => {
      if (outcome !== undefined) return;
      try {
        outcome = { result: read(rgba) };
      } catch (thrown) {
        outcome = { thrown };
      }
    },
    result: () => {
      if (outcome !== undefined && "thrown" in outcome) throw outcome.thrown;
      return outcome?.result;
    },
  };
}
