import { type Cohort, keepGroups, type SequenceGroup, startCohort } from "../decoding/cohort.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import type { Claim, FairQueue } from "../scheduling/fair-queue.ts";
import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";
import type { Callers, Lane } from "./lanes.ts";

/**
 * Maximum number of scheduling steps for which a cohort may be skipped in favour of shorter ones. New groups catch up with older ones
 * and are then merged with them into one batch; without this limit, a steady stream of new groups would starve the old ones.
 */
export const MAX_SKIPPED_STEPS = 3;

/** A sequence group as the loop schedules it; `units` are the rows of all groups of its job. */
export interface LoopGroup extends SequenceGroup, Claim {
  /** Maximum rows of the group: its number of beams. */
  readonly maxRows: number;
  readonly isAbandoned: () => boolean;
  readonly onFailed: (reason: unknown) => void;
}

/** Dependencies and limits of a decoder loop. */
export interface DecoderLoopOptions {
  readonly decoder: Decoder;
  readonly device: Device;
  readonly callers: Pick<Callers, "laneOf">;
  /** Maximum rows of all running groups together; a group that needs more runs alone. Callers with little work may exceed it by a quarter. */
  readonly maxRows: number;
}

/** A group that waits, with its encoder states. */
export interface QueuedGroup extends Claim {
  readonly encoded: Float32Tensor;
  readonly group: LoopGroup;
}

/** A running cohort. */
export interface ScheduledCohort {
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

/** Returns the groups of cohorts. */
export function groupsIn(cohorts: readonly ScheduledCohort[]): readonly LoopGroup[] {
  return cohorts.flatMap(({ cohort }) => cohort.running.map(({ group }) => group));
}

/** The running cohorts, and the groups that wait. Cohorts are immutable except for their memory: each state is used once. */
export interface State {
  readonly waiting: FairQueue<QueuedGroup>;
  readonly cohorts: readonly ScheduledCohort[];
}

/** Returns the running and the waiting groups. */
export function groupsOf({ waiting, cohorts }: State): readonly LoopGroup[] {
  return [...waiting.items.map(({ group }) => group), ...groupsIn(cohorts)];
}

function isActive(group: LoopGroup): boolean {
  return !group.isAbandoned();
}

/** Removes abandoned groups: fails them with `request-cancelled` and releases their rows. */
export function withoutAbandoned({ waiting, cohorts }: State, decoder: Decoder): State {
  for (const group of groupsOf({ waiting, cohorts })) if (!isActive(group)) group.onFailed(cancelled());
  for (const queued of waiting.items) if (!isActive(queued.group)) waiting.remove(queued);
  const kept = cohorts.map((scheduled) => ({ ...scheduled, cohort: keepGroups(decoder, scheduled.cohort, isActive) }));
  return { waiting, cohorts: kept.filter(({ cohort }) => cohort.running.length > 0) };
}

type Lanes = Pick<DecoderLoopOptions, "callers" | "maxRows">;

/** Returns the lane of a cohort: heavy if a caller with much work is in it. */
export function laneOfCohort({ cohort }: ScheduledCohort, { callers }: Lanes): Lane {
  return cohort.running.some(({ group }) => callers.laneOf(group.caller) === "heavy") ? "heavy" : "light";
}

/** Share of `maxRows` by which callers with little work may exceed it while others fill it. */
const OVERFLOW = 1 / 4;

/** Takes the waiting groups that fit in addition to the running ones, in turns between callers; at least one if none runs. */
function takeAdmissible({ waiting, cohorts }: State, { callers, maxRows }: Lanes): readonly QueuedGroup[] {
  const running = groupsIn(cohorts);
  const isLight = ({ caller }: Claim): boolean => callers.laneOf(caller) === "light";
  const lightRows = running.every(isLight) ? maxRows : maxRows * (1 + OVERFLOW);
  const admitted: QueuedGroup[] = [];
  let rows = running.reduce((sum, group) => sum + group.maxRows, 0);
  const fits = (queued: QueuedGroup | undefined): boolean =>
    queued !== undefined && (rows === 0 || rows + queued.group.maxRows <= (isLight(queued) ? lightRows : maxRows));
  // Not whichever fits: a group of many rows would wait for ever.
  const nextOf = () => [waiting.peek(), waiting.peek(isLight)].find(fits);
  for (let next = nextOf(); next !== undefined; next = nextOf()) {
    waiting.take(next);
    admitted.push(next);
    rows += next.group.maxRows;
  }
  return admitted;
}

/** Starts groups as a cohort. If that fails, they have failed. */
function startedCohort(admitted: readonly QueuedGroup[], { decoder }: DecoderLoopOptions): ScheduledCohort {
  const groups = admitted.map(({ group }) => group);
  try {
    return {
      cohort: startCohort(
        decoder,
        admitted.map(({ encoded }) => encoded),
        groups,
      ),
      skippedSteps: 0,
    };
  } catch (thrown) {
    for (const group of groups) group.onFailed(thrown);
    throw thrown;
  }
}

/** Starts as many waiting groups as fit, as a new cohort for each lane. */
export function withAdmitted(state: State, options: DecoderLoopOptions): State {
  const byLane = Map.groupBy(takeAdmissible(state, options), ({ caller }) => options.callers.laneOf(caller));
  const started = [...byLane.values()].map((admitted) => startedCohort(admitted, options));
  return { ...state, cohorts: [...state.cohorts, ...started] };
}

/** Whether a step in this lane would do anything. */
export function hasWork({ waiting, cohorts }: State, lane: Lane, options: DecoderLoopOptions): boolean {
  const first = cohorts.length === 0 ? waiting.peek() : undefined;
  if (first !== undefined) return options.callers.laneOf(first.caller) === lane;
  return cohorts.some((scheduled) => laneOfCohort(scheduled, options) === lane);
}
