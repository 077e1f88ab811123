import { type Cohort, joinCohorts, keepLanes, type Lane, startCohort, stepCohort } from "../decoding/cohort.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";

/**
 * Turns for which a cohort may be passed over by shorter ones. Newcomers catch up with those before them and then run with
 * them as one batch; without a bound, a stream of newcomers would keep an old answer from ever ending.
 */
export const MAX_TURNS_PASSED_OVER = 3;

/** An answer in the making. */
export interface LoopLane extends Lane {
  /** The most rows that it will need: its beams. */
  readonly maxRows: number;
  readonly isAbandoned: () => boolean;
  readonly onFailed: (reason: unknown) => void;
}

/** What the loop is made of. */
export interface DecoderLoopOptions {
  readonly decoder: Decoder;
  readonly device: Device;
  /** Rows that may be decoded at once; a lane that needs more runs alone. */
  readonly maxRows: number;
}

/** Continuous batching of the decoder. */
export interface DecoderLoop {
  /** `encoded` is `[1, sequence, width]`. The lane joins the others at the next step. */
  add(encoded: Float32Tensor, lane: LoopLane): void;
  lanes(): { readonly waiting: number; readonly running: number };
}

interface Waiting {
  readonly encoded: Float32Tensor;
  readonly lane: LoopLane;
}

interface Turn {
  readonly cohort: Cohort<LoopLane>;
  /** Turns since its last step. */
  readonly passedOver: number;
}

/** The one to move: who has been passed over too long, else the shortest, so that it may catch up. */
export function nextTurn<T extends { readonly cohort: { readonly steps: number }; readonly passedOver: number }>(
  turns: readonly T[],
): T | undefined {
  const longest = turns.toSorted((one, other) => other.passedOver - one.passedOver)[0];
  if (longest !== undefined && longest.passedOver >= MAX_TURNS_PASSED_OVER) return longest;
  return turns.toSorted((one, other) => one.cohort.steps - other.cohort.steps)[0];
}

function lanesIn(turns: readonly Turn[]): readonly LoopLane[] {
  return turns.flatMap(({ cohort }) => cohort.running.map(({ lane }) => lane));
}

/** How many of the waiting lanes, in their order, fit beside those that run. At least one where none runs. */
function countThatFit(waiting: readonly Waiting[], running: readonly LoopLane[], maxRows: number): number {
  let rows = running.reduce((sum, lane) => sum + lane.maxRows, 0);
  let count = 0;
  for (const { lane } of waiting) {
    rows += lane.maxRows;
    if (rows > maxRows && (count > 0 || running.length > 0)) break;
    count += 1;
  }
  return count;
}

/** Who waits and who runs. Immutable but for the cohorts' memory: each state is used once. */
interface State {
  readonly waiting: readonly Waiting[];
  readonly turns: readonly Turn[];
}

function lanesOf({ waiting, turns }: State): readonly LoopLane[] {
  return [...waiting.map(({ lane }) => lane), ...lanesIn(turns)];
}

function isWanted(lane: LoopLane): boolean {
  return !lane.isAbandoned();
}

/** Abandoned lanes are told so, and leave; what they held is given back. */
function withoutAbandoned({ waiting, turns }: State, decoder: Decoder): State {
  for (const lane of lanesOf({ waiting, turns })) if (!isWanted(lane)) lane.onFailed(cancelled());
  const kept = turns.map((turn) => ({ ...turn, cohort: keepLanes(decoder, turn.cohort, isWanted) }));
  return {
    waiting: waiting.filter(({ lane }) => isWanted(lane)),
    turns: kept.filter(({ cohort }) => cohort.running.length > 0),
  };
}

/** As many of those who wait as fit begin, as a cohort of their own. */
function withNewcomers({ waiting, turns }: State, { decoder, maxRows }: DecoderLoopOptions): State {
  const admitted = waiting.slice(0, countThatFit(waiting, lanesIn(turns), maxRows));
  if (admitted.length === 0) return { waiting, turns };
  const encoded = admitted.map((each) => each.encoded);
  const lanes = admitted.map(({ lane }) => lane);
  const turn = { cohort: startCohort(decoder, encoded, lanes), passedOver: 0 };
  return { waiting: waiting.slice(admitted.length), turns: [...turns, turn] };
}

/** One step of a cohort; nothing once all its answers are done, or have failed with it. */
async function moved({ cohort }: Turn, decoder: Decoder): Promise<Cohort<LoopLane> | undefined> {
  try {
    const next = await stepCohort(decoder, cohort);
    return next.running.length === 0 ? undefined : next;
  } catch (thrown) {
    for (const { lane } of cohort.running) lane.onFailed(thrown);
    return undefined;
  }
}

/** Puts a cohort among the others, as one with those that are equally far. */
function joinedBy(cohort: Cohort<LoopLane>, turns: readonly Turn[], decoder: Decoder): readonly Turn[] {
  const equal = turns.filter((other) => other.cohort.steps === cohort.steps).map((other) => other.cohort);
  const whole = equal.length === 0 ? cohort : joinCohorts(decoder, [cohort, ...equal]);
  return [...turns.filter((other) => !equal.includes(other.cohort)), { cohort: whole, passedOver: 0 }];
}

/** One step of the cohort whose turn it is. */
async function withOneStep({ turns }: State, decoder: Decoder): Promise<readonly Turn[]> {
  const chosen = nextTurn(turns);
  if (chosen === undefined) return turns;
  const next = await moved(chosen, decoder);
  const others = turns.filter((turn) => turn !== chosen).map((turn) => ({ ...turn, passedOver: turn.passedOver + 1 }));
  return next === undefined ? others : joinedBy(next, others, decoder);
}

/** The decoder's steps, one after another, for all answers that are being written. */
export function createDecoderLoop(options: DecoderLoopOptions): DecoderLoop {
  const { decoder, device } = options;
  let state: State = { waiting: [], turns: [] };
  let isWorking = false;
  const takeTurn = async (): Promise<void> => {
    try {
      state = withNewcomers(withoutAbandoned(state, decoder), options);
      const turns = await withOneStep(state, decoder);
      // Others may have come to wait meanwhile.
      state = { ...state, turns };
    } catch (thrown) {
      // Rows could not be put together, for want of memory most likely: what they were made of is half gone.
      for (const lane of lanesOf(state)) lane.onFailed(thrown);
      state = { waiting: [], turns: [] };
    }
  };
  const work = async (): Promise<void> => {
    while (state.waiting.length + state.turns.length > 0) await device.exclusive(takeTurn);
    isWorking = false;
  };
  return {
    add: (encoded, lane) => {
      state = { ...state, waiting: [...state.waiting, { encoded, lane }] };
      if (isWorking) return;
      isWorking = true;
      void work();
    },
    lanes: () => ({ waiting: state.waiting.length, running: lanesIn(state.turns).length }),
  };
}
