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
 * Turns for which a cohort may be passed over by shorter ones. Newcomers catch up with those before them and then run with
 * them as one batch; without a bound, a stream of newcomers would keep an old answer from ever ending.
 */
export const MAX_SKIPPED_STEPS = 3;

/** An answer in the making. */
export interface LoopGroup extends SequenceGroup {
  /** The most rows that it will need: its beams. */
  readonly maxRows: number;
  readonly isAbandoned: () => boolean;
  readonly onFailed: (reason: unknown) => void;
}

/** What the loop is made of. */
export interface DecoderLoopOptions {
  readonly decoder: Decoder;
  readonly device: Device;
  /** Rows that may be decoded at once; a group that needs more runs alone. */
  readonly maxRows: number;
}

/** Continuous batching of the decoder. */
export interface DecoderLoop {
  /** `encoded` is `[1, sequence, width]`. The group joins the others at the next step. */
  add(encoded: Float32Tensor, group: LoopGroup): void;
  groups(): { readonly waiting: number; readonly running: number };
}

interface Waiting {
  readonly encoded: Float32Tensor;
  readonly group: LoopGroup;
}

interface ScheduledCohort {
  readonly cohort: Cohort<LoopGroup>;
  /** Turns since its last step. */
  readonly skippedSteps: number;
}

/** The one to move: who has been passed over too long, else the shortest, so that it may catch up. */
export function selectCohort<T extends { readonly cohort: { readonly steps: number }; readonly skippedSteps: number }>(
  cohorts: readonly T[],
): T | undefined {
  const longest = cohorts.toSorted((one, other) => other.skippedSteps - one.skippedSteps)[0];
  if (longest !== undefined && longest.skippedSteps >= MAX_SKIPPED_STEPS) return longest;
  return cohorts.toSorted((one, other) => one.cohort.steps - other.cohort.steps)[0];
}

function groupsIn(cohorts: readonly ScheduledCohort[]): readonly LoopGroup[] {
  return cohorts.flatMap(({ cohort }) => cohort.running.map(({ group }) => group));
}

/** How many of the waiting groups, in their order, fit beside those that run. At least one where none runs. */
function countThatFit(waiting: readonly Waiting[], running: readonly LoopGroup[], maxRows: number): number {
  let rows = running.reduce((sum, group) => sum + group.maxRows, 0);
  let count = 0;
  for (const { group } of waiting) {
    rows += group.maxRows;
    if (rows > maxRows && (count > 0 || running.length > 0)) break;
    count += 1;
  }
  return count;
}

/** Who waits and who runs. Immutable but for the cohorts' memory: each state is used once. */
interface State {
  readonly waiting: readonly Waiting[];
  readonly cohorts: readonly ScheduledCohort[];
}

function groupsOf({ waiting, cohorts }: State): readonly LoopGroup[] {
  return [...waiting.map(({ group }) => group), ...groupsIn(cohorts)];
}

function isWanted(group: LoopGroup): boolean {
  return !group.isAbandoned();
}

/** Abandoned groups are told so, and leave; what they held is given back. */
function withoutAbandoned({ waiting, cohorts }: State, decoder: Decoder): State {
  for (const group of groupsOf({ waiting, cohorts })) if (!isWanted(group)) group.onFailed(cancelled());
  const kept = cohorts.map((scheduled) => ({ ...scheduled, cohort: keepGroups(decoder, scheduled.cohort, isWanted) }));
  return {
    waiting: waiting.filter(({ group }) => isWanted(group)),
    cohorts: kept.filter(({ cohort }) => cohort.running.length > 0),
  };
}

/** As many of those who wait as fit begin, as a cohort of their own. */
function withNewcomers({ waiting, cohorts }: State, { decoder, maxRows }: DecoderLoopOptions): State {
  const admitted = waiting.slice(0, countThatFit(waiting, groupsIn(cohorts), maxRows));
  if (admitted.length === 0) return { waiting, cohorts };
  const encoded = admitted.map((each) => each.encoded);
  const groups = admitted.map(({ group }) => group);
  const scheduled = { cohort: startCohort(decoder, encoded, groups), skippedSteps: 0 };
  return { waiting: waiting.slice(admitted.length), cohorts: [...cohorts, scheduled] };
}

/** One step of a cohort; nothing once all its answers are done, or have failed with it. */
async function stepped({ cohort }: ScheduledCohort, decoder: Decoder): Promise<Cohort<LoopGroup> | undefined> {
  try {
    const next = await stepCohort(decoder, cohort);
    return next.running.length === 0 ? undefined : next;
  } catch (thrown) {
    for (const { group } of cohort.running) group.onFailed(thrown);
    return undefined;
  }
}

/** Puts a cohort among the others, as one with those that are equally far. */
function joinedBy(
  cohort: Cohort<LoopGroup>,
  cohorts: readonly ScheduledCohort[],
  decoder: Decoder,
): readonly ScheduledCohort[] {
  const equal = cohorts.filter((other) => other.cohort.steps === cohort.steps).map((other) => other.cohort);
  const whole = equal.length === 0 ? cohort : mergeCohorts(decoder, [cohort, ...equal]);
  return [...cohorts.filter((other) => !equal.includes(other.cohort)), { cohort: whole, skippedSteps: 0 }];
}

/** One step of the cohort whose scheduled it is. */
async function withOneStep({ cohorts }: State, decoder: Decoder): Promise<readonly ScheduledCohort[]> {
  const chosen = selectCohort(cohorts);
  if (chosen === undefined) return cohorts;
  const next = await stepped(chosen, decoder);
  const others = cohorts
    .filter((scheduled) => scheduled !== chosen)
    .map((scheduled) => ({ ...scheduled, skippedSteps: scheduled.skippedSteps + 1 }));
  return next === undefined ? others : joinedBy(next, others, decoder);
}

/** The decoder's steps, one after another, for all answers that are being written. */
export function createDecoderLoop(options: DecoderLoopOptions): DecoderLoop {
  const { decoder, device } = options;
  let state: State = { waiting: [], cohorts: [] };
  let isWorking = false;
  const runStep = async (): Promise<void> => {
    try {
      state = withNewcomers(withoutAbandoned(state, decoder), options);
      const cohorts = await withOneStep(state, decoder);
      // Others may have come to wait meanwhile.
      state = { ...state, cohorts };
    } catch (thrown) {
      // Rows could not be put together, for want of memory most likely: what they were made of is half gone.
      for (const group of groupsOf(state)) group.onFailed(thrown);
      state = { waiting: [], cohorts: [] };
    }
  };
  const work = async (): Promise<void> => {
    while (state.waiting.length + state.cohorts.length > 0) await device.exclusive(runStep);
    isWorking = false;
  };
  return {
    add: (encoded, group) => {
      state = { ...state, waiting: [...state.waiting, { encoded, group }] };
      if (isWorking) return;
      isWorking = true;
      void work();
    },
    groups: () => ({ waiting: state.waiting.length, running: groupsIn(state.cohorts).length }),
  };
}
