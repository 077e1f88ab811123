import type { DecoderState } from "../runtime/decoder-state.ts";
import type { Decoder } from "../runtime/florence2.ts";
import type { Search, SearchResult, GeneratedToken } from "./search.ts";
import { type Float32Tensor, free } from "../runtime/tensors.ts";

/** One prompt with all its beams, and the callbacks for its generation. */
export interface SequenceGroup {
  /** The initial search. */
  readonly start: Search;
  /** Called for each token as soon as it is certain. */
  readonly onToken: (token: GeneratedToken) => void;
  readonly onFinished: (result: SearchResult) => void;
}

/** A sequence group that has not finished. */
interface Running<Group extends SequenceGroup> {
  readonly group: Group;
  readonly search: Search;
  /** Index of its first row in the decoder's state, and the number of its rows. */
  readonly first: number;
  readonly size: number;
}

/** Sequence groups that have taken the same number of steps and therefore run as one batch. Immutable; each state is used once. */
export interface Cohort<Group extends SequenceGroup> {
  readonly running: readonly Running<Group>[];
  readonly state: DecoderState;
  readonly steps: number;
}

/** The part of the decoder that a cohort uses. */
export type CohortDecoder = Pick<Decoder, "begin" | "select" | "step" | "release">;

/** Starts a cohort with one group for each of `encoded`. */
export function startCohort<Group extends SequenceGroup>(
  decoder: Pick<Decoder, "begin">,
  encoded: readonly Float32Tensor[],
  groups: readonly Group[],
): Cohort<Group> {
  const running = groups.map((group, first) => ({ group, search: group.start, first, size: 1 }));
  return { running, state: decoder.begin(encoded), steps: 0 };
}

/** Passes each search its rows of the logits, reports new tokens and results, and returns the groups that continue. */
function advance<Group extends SequenceGroup>(
  running: readonly Running<Group>[],
  logits: readonly Float32Array[],
): readonly Running<Group>[] {
  let first = 0;
  return running.flatMap(({ group, search }): readonly Running<Group>[] => {
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
 * Runs one decoder step for all groups. Finished groups are removed, which makes the following steps faster. `cohort` must not be
 * used again. If it throws, the memory of the cohort is freed.
 */
export async function stepCohort<Group extends SequenceGroup>(
  decoder: CohortDecoder,
  cohort: Cohort<Group>,
): Promise<Cohort<Group>> {
  const { running, steps } = cohort;
  let { state } = cohort;
  const replaceState = (next: DecoderState): void => {
    if (next !== state) decoder.release(state, [next]);
    state = next;
  };
  try {
    const sources = running.flatMap(({ search, first }) => search.rows.map(({ source }) => first + source));
    replaceState(decoder.select(state, sources));
    const ids = running.flatMap(({ search }) => search.rows.map(({ id }) => id));
    const step = await decoder.step(state, ids);
    replaceState(step.state);
    const next = advance(running, step.logits);
    free(step.logits);
    if (next.length === 0) decoder.release(state, []);
    return { running: next, state, steps: steps + 1 };
  } catch (thrown) {
    decoder.release(state, []);
    throw thrown;
  }
}

/** Keeps the groups for which `shouldKeep` returns true and removes the rows of the others. `cohort` must not be used again. */
export function keepGroups<Group extends SequenceGroup>(
  decoder: Pick<Decoder, "select" | "release">,
  cohort: Cohort<Group>,
  shouldKeep: (group: Group) => boolean,
): Cohort<Group> {
  const kept = cohort.running.filter(({ group }) => shouldKeep(group));
  if (kept.length === cohort.running.length) return cohort;
  const rows = kept.flatMap(({ first, size }) => Array.from({ length: size }, (_, index) => first + index));
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

/** Merges cohorts that have taken the same number of steps. `cohorts` must not be used again. */
export function mergeCohorts<Group extends SequenceGroup>(
  decoder: Pick<Decoder, "concat" | "release">,
  cohorts: readonly [Cohort<Group>, ...Cohort<Group>[]],
): Cohort<Group> {
  const [{ steps }] = cohorts;
  const state = decoder.concat(cohorts.map((cohort) => cohort.state));
  let rows = 0;
  const running = cohorts.flatMap((cohort) => {
    const offset = rows;
    rows += cohort.state.prompts.length;
    return cohort.running.map((each) => ({ ...each, first: offset + each.first }));
  });
  for (const cohort of cohorts) decoder.release(cohort.state, []);
  return { running, state, steps };
}
