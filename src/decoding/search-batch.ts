import { type CohortDecoder, type SequenceGroup, startCohort, stepCohort } from "./cohort.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";

/** Steps between two visits to the event loop: often enough to hear of a cancelled request, seldom enough to cost nothing. */
const STEPS_PER_PAUSE = 8;

/** What a batch is run by. */
export interface SearchBatchOptions {
  readonly decoder: CohortDecoder;
  /** Awaited every few steps; throws to end all of the batch. */
  readonly pause: () => Promise<void>;
}

/** Searches the answers to all of `encoded` side by side, a group for each, one step of the decoder for all of them. */
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
