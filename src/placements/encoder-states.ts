import type { EncoderStates } from "../inference/backend.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";

/**
 * Splits a tensor `[rows, longest, width]` into one tensor `[1, length, width]` per row, without padding. Throws
 * `malformed` if `lengths` does not match the tensor or the number of rows is not `rows`.
 */
export function rowStates(
  { name, shape, data }: NamedTensor<"FP32" | "FP16">,
  lengths: ArrayLike<number>,
  rows: number,
): readonly EncoderStates[] {
  const [count = 0, longest = 0, width = 0] = shape;
  if (shape.length !== 3 || count !== rows || lengths.length !== rows) {
    throw new InferenceFailure("malformed", `The reply's ${name} is [${shape.join(", ")}] for ${rows} prompts.`);
  }
  return Array.from(lengths, (length, row) => {
    if (length < 1 || length > longest) {
      throw new InferenceFailure(
        "malformed",
        `The reply's ${name} has ${longest} positions, but a row of length ${length}.`,
      );
    }
    const begin = row * longest * width;
    return { type: "float32", data: data.slice(begin, begin + length * width), dims: [1, length, width] };
  });
}

/** Size of encoder states in bytes. */
export function stateBytes({ data }: EncoderStates): number {
  return data.byteLength;
}

/**
 * Maximum bytes of encoder states, and of image features, that an isolate caches: about fifty prompts of the mini
 * model, two of Florence-2 base. The backend caches both as well, so a larger cache would help little.
 */
export const ISOLATE_STATE_BYTES = 4 * 1024 * 1024;
