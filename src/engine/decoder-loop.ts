import {
  type Cohort,
  mergeCohorts,
  keepGroups,
  type SequenceGroup,
  startCohort,
  stepCohort,
} from "../decoding/cohort.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";

/**
 * Maximum number of scheduling steps for which a cohort may be skipped in favour of shorter ones. New groups catch up with older ones
 * and are then merged with them into one batch; without this limit, a steady stream of new groups would starve the old ones.
 */
export const MAX_SKIPPED_STEPS = 3;

/** A sequence group as the loop schedules it. */
export interface LoopGroup extends SequenceGroup {
  /** Maximum rows of the group: its number of beams. */
  readonly maxRows: number;
  readonly isAbandoned: () => boolean;
  readonly onFailed: (reason: unknown) => void;
}

/** Dependencies and limits of a decoder loop. */
export interface DecoderLoopOptions {
  readonly decoder: Decoder;
  readonly device: Device;
  /** Maximum rows of all running groups together; a group that needs more runs alone. */
  readonly maxRows: number;
}

/** Continuous batching of decoder steps. */
export interface DecoderLoop {
  /** Queues a group; it starts at the next scheduling step with free rows. `encoded` is `[1, sequence, width]`. */
  add(encoded: Float32Tensor, group: LoopGroup): void;
  groups(): { readonly waiting: number; readonly running: number };
}

interface QueuedGroup {
  readonly encoded: Float32Tensor;
  readonly group: LoopGroup;
}

interface ScheduledCohort {
  readonly cohort: Cohort<LoopGroup>;
  /** Scheduling steps since the last step of this cohort. */
  readonly skippedSteps: number;
}

/**
 * Returns the cohort to step next: one that was skipped `MAX_SKIPPED_STEPS` times, else the one with the fewest steps, so that it
 * catches up with the others.
 */
export function selectCohort<T extends { readonly cohort: { readonly steps: number }; readonly skippedSteps: number }>(
  cohorts: readonly T[],
): T | undefined {
  const mostSkipped = cohorts.toSorted((one, other) => other.skippedSteps - one.skippedSteps)[0];
  if (mostSkipped !== undefined && mostSkipped.skippedSteps >= MAX_SKIPPED_STEPS) return mostSkipped;
  return cohorts.toSorted((one, other) => one.cohort.steps - other.cohort.steps)[0];
}

function groupsIn(cohorts: readonly ScheduledCohort[]): readonly LoopGroup[] {
  return cohorts.flatMap(({ cohort }) => cohort.running.map(({ group }) => group));
}

/** Returns how many waiting groups, in their order, fit in addition to the running ones: at least one if none runs. */
function countAdmissible(waiting: readonly QueuedGroup[], running: readonly LoopGroup[], maxRows: number): number {
  let rows = running.reduce((sum, group) => sum + group.maxRows, 0);
  let count = 0;
  for (const { group } of waiting) {
    rows += group.maxRows;
    if (rows > maxRows && (count > 0 || running.length > 0)) break;
    count += 1;
  }
  return count;
}

/** The waiting groups and the running cohorts. Immutable except for the cohorts' memory: each state is used once. */
interface State {
  readonly waiting: readonly QueuedGroup[];
  readonly cohorts: readonly ScheduledCohort[];
}

function groupsOf({ waiting, cohorts }: State): readonly LoopGroup[] {
  return [...waiting.map(({ group }) => group), ...groupsIn(cohorts)];
}

function isActive(group: LoopGroup): boolean {
  return !group.isAbandoned();
}

/** Removes abandoned groups: fails them with `request-cancelled` and releases their rows. */
function withoutAbandoned({ waiting, cohorts }: State, decoder: Decoder): State {
  for (const group of groupsOf({ waiting, cohorts })) if (!isActive(group)) group.onFailed(cancelled());
  const kept = cohorts.map((scheduled) => ({ ...scheduled, cohort: keepGroups(decoder, scheduled.cohort, isActive) }));
  return {
    waiting: waiting.filter(({ group }) => isActive(group)),
    cohorts: kept.filter(({ cohort }) => cohort.running.length > 0),
  };
}

/** Starts as many waiting groups as fit, as a new cohort. */
function withAdmitted({ waiting, cohorts }: State, { decoder, maxRows }: DecoderLoopOptions): State {
  const admitted = waiting.slice(0, countAdmissible(waiting, groupsIn(cohorts), maxRows));
  if (admitted.length === 0) return { waiting, cohorts };
  const encoded = admitted.map((each) => each.encoded);
  const groups = admitted.map(({ group }) => group);
  const scheduled = { cohort: startCohort(decoder, encoded, groups), skippedSteps: 0 };
  return { waiting: waiting.slice(admitted.length), cohorts: [...cohorts, scheduled] };
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

/** Adds a cohort to the others, merged with those of the same number of steps. */
function withMerged(
  cohort: Cohort<LoopGroup>,
  cohorts: readonly ScheduledCohort[],
  decoder: Decoder,
): readonly ScheduledCohort[] {
  const equal = cohorts.filter((other) => other.cohort.steps === cohort.steps).map((other) => other.cohort);
  const merged = equal.length === 0 ? cohort : mergeCohorts(decoder, [cohort, ...equal]);
  return [...cohorts.filter((other) => !equal.includes(other.cohort)), { cohort: merged, skippedSteps: 0 }];
}

/** Runs one step of the cohort that `selectCohort` chooses. */
async function withOneStep({ cohorts }: State, decoder: Decoder): Promise<readonly ScheduledCohort[]> {
  const chosen = selectCohort(cohorts);
  if (chosen === undefined) return cohorts;
  const next = await stepOrFail(chosen, decoder);
  const others = cohorts
    .filter((scheduled) => scheduled !== chosen)
    .map((scheduled) => ({ ...scheduled, skippedSteps: scheduled.skippedSteps + 1 }));
  return next === undefined ? others : withMerged(next, others, decoder);
}

/** Creates the loop that runs decoder steps, one after another, for all generations in progress. */
export function createDecoderLoop(options: DecoderLoopOptions): DecoderLoop {
  const { decoder, device } = options;
  let state: State = { waiting: [], cohorts: [] };
  let isWorking = false;
  const runStep = async (): Promise<void> => {
    try {
      state = withAdmitted(withoutAbandoned(state, decoder), options);
      const cohorts = await withOneStep(state, decoder);
      // Groups may have been added during the step.
      state = { ...state, cohorts };
    } catch (thrown) {
      // Selecting or merging rows failed, most likely for lack of memory; their source states are already partly released.
      for (const group of groupsOf(state)) group.onFailed(thrown);
      state = { waiting: [], cohorts: [] };
    }
  };
  const runSteps = async (): Promise<void> => {
    while (state.waiting.length + state.cohorts.length > 0) await device.exclusive(runStep);
    isWorking = false;
  };
  return {
    add: (encoded, group) => {
      state = { ...state, waiting: [...state.waiting, { encoded, group }] };
      if (isWorking) return;
      isWorking = true;
      void runSteps();
    },
    groups: () => ({ waiting: state.waiting.length, running: groupsIn(state.cohorts).length }),
  };
}
