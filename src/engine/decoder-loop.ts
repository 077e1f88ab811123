import { type Cohort, mergeCohorts, stepCohort } from "../decoding/cohort.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { createFairQueue } from "../scheduling/fair-queue.ts";
import { createLaneRunner } from "./lane-runner.ts";
import type { Lane } from "./lanes.ts";
import {
  type DecoderLoopOptions,
  groupsIn,
  groupsOf,
  hasWork,
  laneOfCohort,
  type LoopGroup,
  type QueuedGroup,
  type ScheduledCohort,
  selectCohort,
  type State,
  withAdmitted,
  withoutAbandoned,
} from "./loop-state.ts";

/** Continuous batching of decoder steps. */
export interface DecoderLoop {
  /** Queues a group; it starts at the next scheduling step with free rows. `encoded` is `[1, sequence, width]`. */
  add(encoded: Float32Tensor, group: LoopGroup): void;
  groups(): { readonly waiting: number; readonly running: number };
}

/** Runs one step of a cohort. Resolves with `undefined` if all its groups have finished, or if the step failed and they failed with it. */
async function stepOrFail({ cohort }: ScheduledCohort, decoder: Decoder): Promise<Cohort<LoopGroup> | undefined> {
  try {
    const next = await stepCohort(decoder, cohort);
    return next.running.length === 0 ? undefined : next;
  } catch (thrown) {
    for (const { group } of cohort.running) group.onFailed(thrown);
    return undefined;
  }
}

/** Adds a cohort to the others of its lane, merged with those of the same number of steps. */
function withMerged(
  cohort: Cohort<LoopGroup>,
  cohorts: readonly ScheduledCohort[],
  decoder: Decoder,
): readonly ScheduledCohort[] {
  const equal = cohorts.filter((other) => other.cohort.steps === cohort.steps).map((other) => other.cohort);
  const merged = equal.length === 0 ? cohort : mergeCohorts(decoder, [cohort, ...equal]);
  return [...cohorts.filter((other) => !equal.includes(other.cohort)), { cohort: merged, skippedSteps: 0 }];
}

/** Runs one step of the cohort that `selectCohort` chooses in a lane, and charges the callers for its rows. */
async function withOneStep(state: State, lane: Lane, options: DecoderLoopOptions): Promise<readonly ScheduledCohort[]> {
  const inLane = state.cohorts.filter((scheduled) => laneOfCohort(scheduled, options) === lane);
  const elsewhere = state.cohorts.filter((scheduled) => !inLane.includes(scheduled));
  const chosen = selectCohort(inLane);
  if (chosen === undefined) return state.cohorts;
  for (const { group, size } of chosen.cohort.running) state.waiting.charge(group.caller, size);
  const next = await stepOrFail(chosen, options.decoder);
  const others = inLane
    .filter((scheduled) => scheduled !== chosen)
    .map((scheduled) => ({ ...scheduled, skippedSteps: scheduled.skippedSteps + 1 }));
  return [...elsewhere, ...(next === undefined ? others : withMerged(next, others, options.decoder))];
}

/** Creates the loop that runs decoder steps, one after another, for all generations in progress. */
export function createDecoderLoop(options: DecoderLoopOptions): DecoderLoop {
  const { decoder, device } = options;
  const waiting = createFairQueue<QueuedGroup>();
  let state: State = { waiting, cohorts: [] };
  const runStep = async (lane: Lane): Promise<void> => {
    try {
      state = withAdmitted(withoutAbandoned(state, decoder), options);
      state = { waiting, cohorts: await withOneStep(state, lane, options) };
    } catch (thrown) {
      // Selecting or merging rows failed, most likely for lack of memory; their source states are already partly released.
      for (const group of groupsOf(state)) group.onFailed(thrown);
      for (const queued of waiting.items) waiting.remove(queued);
      state = { waiting, cohorts: [] };
    }
  };
  const start = createLaneRunner({
    device,
    stage: "decoder",
    hasWork: (lane) => hasWork(state, lane, options),
    run: runStep,
  });
  return {
    add: (encoded, group) => {
      const { caller, units } = group;
      waiting.add({ encoded, group, caller, units });
      start();
    },
    groups: () => ({ waiting: waiting.items.length, running: groupsIn(state.cohorts).length }),
  };
}
