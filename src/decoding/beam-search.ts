import { processLogits, logSoftmax, type GenerationSettings } from "./logits.ts";
import { finishReason, type Row, type Search, type SearchResult, type GeneratedToken } from "./search.ts";
import { free } from "../runtime/tensors.ts";
import { topK } from "./top-k.ts";

/**
 * The value that transformers adds to a score that must not win. In float32 it absorbs the score, which causes ties; `topK` breaks
 * them as torch does.
 */
const IMPOSSIBLE = -1e9;

/** A running sequence. */
interface Beam {
  /** The ids, start token included. */
  readonly sequence: readonly number[];
  readonly tokens: readonly GeneratedToken[];
  /** Sum of the log-probabilities, float32. */
  readonly score: number;
  /** Index of its row of the logits. Beams with the same ids share a row. */
  readonly row: number;
}

/** A beam extended by one token. */
interface Candidate {
  readonly beam: Beam;
  readonly token: GeneratedToken;
  readonly score: number;
  /** Whether the token ends the sequence. */
  readonly isLast: boolean;
}

/** A hypothesis in the pool. The pool starts with empty ones. */
interface Hypothesis {
  /** Undefined for an empty hypothesis. */
  readonly candidate: Candidate | undefined;
  /** Score ÷ length ^ length penalty, float32. */
  readonly score: number;
  /** Whether it counts as finished: its sequence has ended, at a rank among the best `beams`. */
  readonly isFinished: boolean;
}

interface State {
  readonly beams: readonly Beam[];
  readonly pool: readonly Hypothesis[];
  /** Whether a running beam may still beat a finished hypothesis. Once false, it stays false. */
  readonly canImprove: boolean;
}

function pick<Item>(items: readonly Item[], scores: readonly number[], count: number): readonly Item[] {
  return topK(Float32Array.from(scores), count).flatMap((index) => items[index] ?? []);
}

/** Returns the best `2 * beams` continuations of all beams: enough to continue even if half of them end. */
function candidatesOf(
  beams: readonly Beam[],
  logits: readonly Float32Array[],
  rules: GenerationSettings,
): readonly Candidate[] {
  const size = rules.vocabularySize;
  const logprobs = logits.map(logSoftmax);
  const sums = new Float32Array(beams.length * size);
  const allowed = beams.map(({ row, sequence, score }, index) => {
    const scores = processLogits(logprobs[row] ?? new Float32Array(), sequence, rules);
    for (let id = 0; id < size; id++) sums[index * size + id] = score + (scores[id] ?? -Infinity);
    return scores;
  });
  const candidates = topK(sums, 2 * rules.beams).flatMap((position) => {
    const [index, id] = [Math.floor(position / size), position % size];
    const beam = beams[index];
    if (beam === undefined) return [];
    const isLast = id === rules.endTokenId || beam.sequence.length + 1 >= rules.maxLength;
    const token = { id, logprob: allowed[index]?.[id] ?? -Infinity };
    return [{ beam, token, score: sums[position] ?? -Infinity, isLast }];
  });
  free([sums, ...logprobs, ...allowed]);
  return candidates;
}

/** Returns the pool after a step. Only finished candidates among the best `beams` enter it, and none once it is closed or cannot improve. */
function nextPool(
  { pool, canImprove }: State,
  candidates: readonly Candidate[],
  rules: GenerationSettings,
): readonly Hypothesis[] {
  const { beams, earlyStopping, lengthPenalty } = rules;
  const isClosed = earlyStopping === true && pool.every(({ isFinished }) => isFinished);
  const hypotheses = candidates.map((candidate, rank): Hypothesis => {
    const isFinished = candidate.isLast && rank < beams;
    const divisor = Math.fround(candidate.beam.sequence.length ** lengthPenalty);
    const penalties = [isClosed, !canImprove, !isFinished].filter(Boolean);
    const score = penalties.reduce((sum) => Math.fround(sum + IMPOSSIBLE), Math.fround(candidate.score / divisor));
    return { candidate, score, isFinished };
  });
  const all = [...pool, ...hypotheses];
  return pick(
    all,
    all.map(({ score }) => score),
    beams,
  );
}

/** Returns the best candidates that continue, as beams, and the rows to feed for them. */
function nextBeams(candidates: readonly Candidate[], count: number) {
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

/** Whether the best running beam, scored at the length that the rules prescribe, still beats a hypothesis of the pool. */
function mayImprove(beams: readonly Beam[], pool: readonly Hypothesis[], rules: GenerationSettings): boolean {
  const [best] = beams;
  if (best === undefined) return false;
  const { earlyStopping, lengthPenalty, maxLength } = rules;
  const isLongest = earlyStopping === "never" && lengthPenalty > 0;
  const length = (isLongest ? maxLength : best.sequence.length) - 1;
  const score = Math.fround(best.score / Math.fround(length ** lengthPenalty));
  const worst = Math.min(...pool.map((hypothesis) => hypothesis.score));
  return pool.some(({ isFinished }) => score > (isFinished ? worst : IMPOSSIBLE));
}

function tokensOf({ candidate }: Hypothesis): readonly GeneratedToken[] {
  return candidate === undefined ? [] : [...candidate.beam.tokens, candidate.token];
}

function resultOf(hypothesis: Hypothesis | undefined, rules: GenerationSettings): SearchResult {
  if (hypothesis?.candidate === undefined) return { tokens: [], finishReason: "length" };
  const { beam, token } = hypothesis.candidate;
  return { tokens: tokensOf(hypothesis), finishReason: finishReason(token.id, beam.sequence, rules) };
}

/** Returns the longest common prefix of `sequences`. The first `known` tokens are known to be equal. */
function commonPrefix(sequences: readonly (readonly GeneratedToken[])[], known: number): readonly GeneratedToken[] {
  const [first = []] = sequences;
  const end = first.findIndex(
    ({ id }, index) => index >= known && sequences.some((tokens) => tokens[index]?.id !== id),
  );
  return end === -1 ? first : first.slice(0, end);
}

/**
 * Creates a beam search with the results of transformers' `generate` for a batch of one, in float32 and with torch's order of equal
 * scores. A token's log-probability is that of the softmax before the rules. Ties and sums depend only on the logits, so the same
 * logits give the same result on every platform.
 */
export function createBeamSearch(rules: GenerationSettings): Search {
  const searchFrom = (state: State, rows: readonly Row[], certain: readonly GeneratedToken[]): Search => ({
    rows,
    certain,
    next: (logits) => {
      const candidates = candidatesOf(state.beams, logits, rules);
      const pool = nextPool(state, candidates, rules);
      const { beams, rows: nextRows } = nextBeams(candidates, rules.beams);
      const canImprove = state.canImprove && mayImprove(beams, pool, rules);
      const isClosed = rules.earlyStopping === true && pool.every(({ isFinished }) => isFinished);
      if (!canImprove || isClosed || candidates.every(({ isLast }) => isLast)) return resultOf(pool[0], rules);
      const sequences = [
        ...beams.map(({ tokens }) => tokens),
        ...pool.filter(({ isFinished }) => isFinished).map(tokensOf),
      ];
      return searchFrom({ beams, pool, canImprove }, nextRows, commonPrefix(sequences, certain.length));
    },
  });
  const first: Beam = { sequence: [rules.startTokenId], tokens: [], score: 0, row: 0 };
  const beams = Array.from({ length: rules.beams }, (_, index) =>
    index === 0 ? first : { ...first, score: IMPOSSIBLE },
  );
  const pool = beams.map((): Hypothesis => ({ candidate: undefined, score: IMPOSSIBLE, isFinished: false }));
  return searchFrom({ beams, pool, canImprove: true }, [{ source: 0, id: rules.startTokenId }], []);
}
