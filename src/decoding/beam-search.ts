import { applyRules, logSoftmax, type LogitRules } from "./logits.ts";
import { finishReason, type Row, type Search, type SearchResult, type GeneratedToken } from "./search.ts";
import { free } from "../runtime/tensors.ts";
import { topK } from "./top-k.ts";

/** What transformers adds to a score that must not win. Scores are float32: beside it they vanish, and ties arise that `topK` settles as torch does. */
const IMPOSSIBLE = -1e9;

/** A sequence that is still followed. */
interface Beam {
  /** Its ids, the start token included. */
  readonly sequence: readonly number[];
  readonly tokens: readonly GeneratedToken[];
  /** Sum of the log-probabilities, float32. */
  readonly score: number;
  /** Its row of the logits: two beams of the same ids share one. */
  readonly row: number;
}

/** A beam and one id behind it. */
interface Candidate {
  readonly beam: Beam;
  readonly token: GeneratedToken;
  readonly score: number;
  /** Whether the answer ends with it. */
  readonly isLast: boolean;
}

/** A place in the pool of finished answers. */
interface Place {
  /** None at first. */
  readonly candidate: Candidate | undefined;
  /** Score ÷ length ^ length penalty, float32. */
  readonly score: number;
  /** Whether an answer lies in it. */
  readonly isTaken: boolean;
}

interface State {
  readonly beams: readonly Beam[];
  readonly pool: readonly Place[];
  /** Whether a running beam may still beat a finished one; once it is off it stays so. */
  readonly canImprove: boolean;
}

function pick<Item>(items: readonly Item[], scores: readonly number[], count: number): readonly Item[] {
  return topK(Float32Array.from(scores), count).flatMap((index) => items[index] ?? []);
}

/** The twice as many best continuations of all beams: enough to go on from if half of them end. */
function candidatesOf(
  beams: readonly Beam[],
  logits: readonly Float32Array[],
  rules: LogitRules,
): readonly Candidate[] {
  const size = rules.vocabularySize;
  const logprobs = logits.map(logSoftmax);
  const sums = new Float32Array(beams.length * size);
  const allowed = beams.map(({ row, sequence, score }, index) => {
    const scores = applyRules(logprobs[row] ?? new Float32Array(), sequence, rules);
    for (let id = 0; id < size; id++) sums[index * size + id] = score + (scores[id] ?? -Infinity);
    return scores;
  });
  const candidates = topK(sums, 2 * rules.beams).flatMap((at) => {
    const [index, id] = [Math.floor(at / size), at % size];
    const beam = beams[index];
    if (beam === undefined) return [];
    const isLast = id === rules.endTokenId || beam.sequence.length + 1 >= rules.maxLength;
    const token = { id, logprob: allowed[index]?.[id] ?? -Infinity };
    return [{ beam, token, score: sums[at] ?? -Infinity, isLast }];
  });
  free([sums, ...logprobs, ...allowed]);
  return candidates;
}

/** The pool after a step. Only endings among the best `beams` candidates come in, and none where better ones cannot. */
function poolAfter({ pool, canImprove }: State, candidates: readonly Candidate[], rules: LogitRules): readonly Place[] {
  const { beams, earlyStopping, lengthPenalty } = rules;
  const isClosed = earlyStopping === true && pool.every(({ isTaken }) => isTaken);
  const offered = candidates.map((candidate, place): Place => {
    const isTaken = candidate.isLast && place < beams;
    const divisor = Math.fround(candidate.beam.sequence.length ** lengthPenalty);
    const obstacles = [isClosed, !canImprove, !isTaken].filter(Boolean);
    const score = obstacles.reduce((sum) => Math.fround(sum + IMPOSSIBLE), Math.fround(candidate.score / divisor));
    return { candidate, score, isTaken };
  });
  const all = [...pool, ...offered];
  return pick(
    all,
    all.map(({ score }) => score),
    beams,
  );
}

/** The best candidates that go on, and the rows that feed them. */
function continueWith(candidates: readonly Candidate[], count: number) {
  const scores = candidates.map(({ score, isLast }) => Math.fround(score + (isLast ? IMPOSSIBLE : 0)));
  const rows: Row[] = [];
  const indices = pick([...candidates.keys()], scores, count);
  const beams = indices.flatMap((index): readonly Beam[] => {
    const candidate = candidates[index];
    if (candidate === undefined) return [];
    const { beam, token } = candidate;
    const known = rows.findIndex(({ source, id }) => source === beam.row && id === token.id);
    const row = known === -1 ? rows.push({ source: beam.row, id: token.id }) - 1 : known;
    const sequence = [...beam.sequence, token.id];
    return [{ sequence, tokens: [...beam.tokens, token], score: scores[index] ?? IMPOSSIBLE, row }];
  });
  return { beams, rows };
}

/** Whether the best running beam, at the length it is judged by, still beats a place of the pool. */
function mayImprove(beams: readonly Beam[], pool: readonly Place[], rules: LogitRules): boolean {
  const [best] = beams;
  if (best === undefined) return false;
  const { earlyStopping, lengthPenalty, maxLength } = rules;
  const isLongest = earlyStopping === "never" && lengthPenalty > 0;
  const length = (isLongest ? maxLength : best.sequence.length) - 1;
  const score = Math.fround(best.score / Math.fround(length ** lengthPenalty));
  const worst = Math.min(...pool.map((place) => place.score));
  return pool.some(({ isTaken }) => score > (isTaken ? worst : IMPOSSIBLE));
}

function tokensOf({ candidate }: Place): readonly GeneratedToken[] {
  return candidate === undefined ? [] : [...candidate.beam.tokens, candidate.token];
}

function writtenIn(place: Place | undefined, rules: LogitRules): SearchResult {
  if (place?.candidate === undefined) return { tokens: [], finishReason: "length" };
  const { beam, token } = place.candidate;
  return { tokens: tokensOf(place), finishReason: finishReason(token.id, beam.sequence, rules) };
}

/** What all of `answers` begin with, `known` at least. */
function commonStart(answers: readonly (readonly GeneratedToken[])[], known: number): readonly GeneratedToken[] {
  const [first = []] = answers;
  const end = first.findIndex(({ id }, at) => at >= known && answers.some((answer) => answer[at]?.id !== id));
  return end === -1 ? first : first.slice(0, end);
}

/**
 * Beam search as transformers' `generate` does it for a batch of one, in float32 and with torch's order of equal scores.
 * A token's log-probability is that of the softmax before the rules. Ties and sums hang on the logits alone, so that the
 * same logits give the same answer anywhere.
 */
export function createBeamSearch(rules: LogitRules): Search {
  const searchFrom = (state: State, rows: readonly Row[], certain: readonly GeneratedToken[]): Search => ({
    rows,
    certain,
    next: (logits) => {
      const candidates = candidatesOf(state.beams, logits, rules);
      const pool = poolAfter(state, candidates, rules);
      const { beams, rows: nextRows } = continueWith(candidates, rules.beams);
      const canImprove = state.canImprove && mayImprove(beams, pool, rules);
      const isClosed = rules.earlyStopping === true && pool.every(({ isTaken }) => isTaken);
      if (!canImprove || isClosed || candidates.every(({ isLast }) => isLast)) return writtenIn(pool[0], rules);
      const answers = [...beams.map(({ tokens }) => tokens), ...pool.filter(({ isTaken }) => isTaken).map(tokensOf)];
      return searchFrom({ beams, pool, canImprove }, nextRows, commonStart(answers, certain.length));
    },
  });
  const first: Beam = { sequence: [rules.startTokenId], tokens: [], score: 0, row: 0 };
  const beams = Array.from({ length: rules.beams }, (_, index) =>
    index === 0 ? first : { ...first, score: IMPOSSIBLE },
  );
  const pool = beams.map((): Place => ({ candidate: undefined, score: IMPOSSIBLE, isTaken: false }));
  return searchFrom({ beams, pool, canImprove: true }, [{ source: 0, id: rules.startTokenId }], []);
}
