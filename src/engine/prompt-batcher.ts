import type { Encoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { type Batcher, type BatcherOptions, createBatcher } from "./batcher.ts";

/** A prompt that waits for its encoder pass. */
export interface PromptItem {
  readonly features: Float32Tensor;
  readonly ids: readonly number[];
  readonly caller: string;
  readonly signal: AbortSignal;
}

/** Creates the batcher of encoder passes. */
export function createPromptBatcher(
  encoder: Encoder,
  shared: Pick<BatcherOptions<never, never>, "device" | "callers" | "window" | "maxItems">,
): Batcher<PromptItem, Float32Tensor> {
  return createBatcher<PromptItem, Float32Tensor>({
    ...shared,
    stage: "encoder",
    run: (items) => encoder.encodePrompts(items),
    // One batch has prompts of equal length only: padding would change the rounding and save no time.
    keyOf: ({ ids }) => ids.length,
    callerOf: ({ caller }) => caller,
    isAbandoned: ({ signal }) => signal.aborted,
  });
}
