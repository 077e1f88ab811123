import { type CohortDecoder, type SequenceGroup, startCohort, stepCohort } from "./cohort.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";

/** Decoder steps between two pauses: few enough to notice a cancelled request soon, many enough to cost nothing. */
const STEPS_PER_PAUSE = 8;

/** Options for `searchBatch`. */
export interface SearchBatchOptions {
  readonly decoder: CohortDecoder;
  /** Awaited every few steps. Throws to cancel the whole batch. */
  readonly pause: () => Promise<void>;
}

/** Runs the searches of all groups as one batch until each has finished. `encoded` has one element for each group. */
export async function searchBatch(
  encoded: readonly Float32Tensor[],
  groups: readonly SequenceGroup[],
  { decoder, pause }: SearchBatchOptions,
): Promise<void> {
  let cohort = startCohort(decoder, encoded, groups);
  while (cohort.running.length > 0) {
    cohort = await stepCohort(decoder, cohort);
    if (cohort.steps % STEPS_PER_PAUSE !== 0 || cohort.running.length === 0) continue;
    try {
      await pause();
    } catch (thrown) {
      decoder.release(cohort.state, []);
      throw thrown;
    }
  }
}
