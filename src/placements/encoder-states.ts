import type { EncoderStates } from "../inference/backend.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";

/**
 * The rows of `[rows, longest, width]` as tensors of one row each, as long as `lengths` say. Throws `malformed` where the two do not
 * fit, or where there are not as many rows as prompts.
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
      throw new InferenceFailure("malformed", `The reply's ${name} has ${longest} places, and a row of ${length}.`);
    }
    const begin = row * longest * width;
    return { type: "float32", data: data.slice(begin, begin + length * width), dims: [1, length, width] };
  });
}

/** Bytes that a tensor of states takes. */
export function stateBytes({ data }: EncoderStates): number {
  return data.byteLength;
}

/**
 * Bytes of encoder states or features that an isolate keeps: two hundred prompts of the mini model, two of Florence-2 base. Both are copies of
 * what the backend holds as well, so that more would buy little.
 */
export const ISOLATE_STATE_BYTES = 4 * 1024 * 1024;
