import type { DecoderState } from "../runtime/decoder-state.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Search, SearchResult, GeneratedToken } from "./search.ts";
import { type Float32Tensor, free } from "../runtime/tensors.ts";

/** One prompt's answer in the making, and who hears of it. */
export interface SequenceGroup {
  /** Where the search begins. */
  readonly start: Search;
  /** Called for each token as soon as it is certain. */
  readonly onToken: (token: GeneratedToken) => void;
  readonly onFinished: (written: SearchResult) => void;
}

/** A group that has not ended. */
interface Running<L extends SequenceGroup> {
  readonly group: L;
  readonly search: Search;
  /** Where its rows begin in the decoder's state, and how many there are. */
  readonly first: number;
  readonly size: number;
}

/** Lanes that have taken the same number of steps, and so run as one batch. Immutable; each state is used once. */
export interface Cohort<L extends SequenceGroup> {
  readonly running: readonly Running<L>[];
  readonly state: DecoderState;
  readonly steps: number;
}

/** What a cohort is moved by. */
export type CohortDecoder = Pick<Decoder, "begin" | "select" | "step" | "release">;

/** One group for each of `encoded`. */
export function startCohort<L extends SequenceGroup>(
  decoder: Pick<Decoder, "begin">,
  encoded: readonly Float32Tensor[],
  groups: readonly L[],
): Cohort<L> {
  const running = groups.map((group, first) => ({ group, search: group.start, first, size: 1 }));
  return { running, state: decoder.begin(encoded), steps: 0 };
}

/** Gives every search its rows of the logits, tells what is new, and keeps those that go on. */
function advance<L extends SequenceGroup>(
  running: readonly Running<L>[],
  logits: readonly Float32Array[],
): readonly Running<L>[] {
  let first = 0;
  return running.flatMap(({ group, search }): readonly Running<L>[] => {
    const begin = first;
    first += search.rows.length;
    const next = search.next(logits.slice(begin, first));
    const tokens = "tokens" in next ? next.tokens : next.certain;
    for (const token of tokens.slice(search.certain.length)) group.onToken(token);
    if (!("tokens" in next)) return [{ group, search: next, first: begin, size: search.rows.length }];
    group.onFinished(next);
    return [];
  });
}

/**
 * One step of the decoder for all groups; one whose answer is done leaves, and the others get faster. `cohort` must not be used
 * again, nor, when this throws, anything of it: its memory is given back.
 */
export async function stepCohort<L extends SequenceGroup>(
  decoder: CohortDecoder,
  cohort: Cohort<L>,
): Promise<Cohort<L>> {
  const { running, steps } = cohort;
  let { state } = cohort;
  const goTo = (next: DecoderState): void => {
    if (next !== state) decoder.release(state, [next]);
    state = next;
  };
  try {
    const sources = running.flatMap(({ search, first }) => search.rows.map(({ source }) => first + source));
    goTo(decoder.select(state, sources));
    const ids = running.flatMap(({ search }) => search.rows.map(({ id }) => id));
    const step = await decoder.step(state, ids);
    goTo(step.state);
    const next = advance(running, step.logits);
    free(step.logits);
    if (next.length === 0) decoder.release(state, []);
    return { running: next, state, steps: steps + 1 };
  } catch (thrown) {
    decoder.release(state, []);
    throw thrown;
  }
}

/** The groups of a cohort that `isWanted`; the others' rows are left out. `cohort` must not be used again. */
export function keepGroups<L extends SequenceGroup>(
  decoder: Pick<Decoder, "select" | "release">,
  cohort: Cohort<L>,
  isWanted: (group: L) => boolean,
): Cohort<L> {
  const kept = cohort.running.filter(({ group }) => isWanted(group));
  if (kept.length === cohort.running.length) return cohort;
  const rows = kept.flatMap(({ first, size }) => Array.from({ length: size }, (_, at) => first + at));
  const state = decoder.select(cohort.state, rows);
  decoder.release(cohort.state, kept.length === 0 ? [] : [state]);
  let next = 0;
  const running = kept.map((each) => {
    const first = next;
    next += each.size;
    return { ...each, first };
  });
  return { ...cohort, state, running };
}

/** Cohorts of equally many steps as one. They must not be used again. */
export function mergeCohorts<L extends SequenceGroup>(
  decoder: Pick<Decoder, "concat" | "release">,
  cohorts: readonly [Cohort<L>, ...Cohort<L>[]],
): Cohort<L> {
  const [{ steps }] = cohorts;
  const state = decoder.concat(cohorts.map((cohort) => cohort.state));
  let rows = 0;
  const running = cohorts.flatMap((cohort) => {
    const before = rows;
    rows += cohort.state.prompts.length;
    return cohort.running.map((each) => ({ ...each, first: before + each.first }));
  });
  for (const cohort of cohorts) decoder.release(cohort.state, []);
  return { running, state, steps };
}
