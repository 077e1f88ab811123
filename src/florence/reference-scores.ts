import { dequantizeFloat32, type ImageSize } from "./coordinates.ts";
import type { LocationPiece } from "./lex.ts";
import { bannedPhrases } from "./banned-phrases.ts";
import { boxGroups, boxPhrases, labelledBoxes, labelOf, plainBoxes, type ReferenceBoxes } from "./reference-boxes.ts";
import { codePoints, withoutNonAscii } from "./python-text.ts";
import { cleanUp, coordinatesOf, endOf } from "./reference-runs.ts";
import { type PostProcessing, tasks } from "./tasks.ts";

/** One generated token after the decoder's start token, decoded by itself. */
export interface ScoredToken {
  readonly text: string;
  /** Natural logarithm of its probability after the logit processors. */
  readonly logprob: number;
}

/** Boxes in float32 pixels. `scores`, exp of a mean log-probability for each box, is absent if the answer has no boxes. */
export interface ReferenceScoredBoxes extends ReferenceBoxes {
  readonly scores?: readonly number[];
}

/** Positions in code points, the end exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
}

function textOf(tokens: readonly ScoredToken[]): string {
  return tokens.map(({ text }) => text).join("");
}

function spansOf(tokens: readonly ScoredToken[]): readonly Span[] {
  let end = 0;
  return tokens.map(({ text }) => {
    const start = end;
    end += codePoints(text);
    return { start, end };
  });
}

/** Scores spans, which must come in ascending order: one pass over the tokens, so time is linear. */
function scorer(tokens: readonly ScoredToken[]): (span: Span) => number {
  const spans = spansOf(tokens);
  let first = 0;
  return ({ start, end }) => {
    while (first < spans.length && (spans[first]?.end ?? 0) <= start) first += 1;
    let [sum, count] = [0, 0];
    for (let index = first; (spans[index]?.start ?? Infinity) < end; index += 1) {
      sum += tokens[index]?.logprob ?? 0;
      count += 1;
    }
    return Math.exp(sum / count);
  };
}

/** Location tokens are ASCII, so within a phrase code points and code units differ only in its words. */
function spanOf(group: readonly LocationPiece[], offset: number): Span {
  return { start: (group[0]?.start ?? 0) + offset, end: endOf(group) + offset };
}

/** The original copies the scores only if its first box has one, so an answer without boxes has no `scores`. */
function withScores(boxes: ReferenceBoxes, scores: readonly number[]): ReferenceScoredBoxes {
  return scores.length > 0 ? { ...boxes, scores } : boxes;
}

/**
 * `<OD>` and `<DENSE_REGION_CAPTION>` with scores, as Microsoft's original returns them; Hugging Face's port has none. The
 * score of a box is exp of the mean log-probability of the tokens that its four locations overlap, at the position that the
 * original assumes: it adds up the lengths of the phrases that it found, starting after a single `<s>`. With more of them
 * (Florence-2-large writes three), or with text that belongs to no phrase, the assumed position is too far to the left and
 * the mean is taken over other tokens. `scoreOf` has no such error.
 */
function scoredBoxes(tokens: readonly ScoredToken[], size: ImageSize): ReferenceScoredBoxes {
  const text = textOf(tokens);
  const score = scorer(tokens);
  const boxes: { label: string; group: readonly LocationPiece[]; score: number }[] = [];
  let assumedEnd = text.startsWith("<s>") ? "<s>".length : 0;
  for (const { words, start, units } of boxPhrases(cleanUp(text))) {
    const label = labelOf(words);
    const offset = assumedEnd + codePoints(words) - words.length - start;
    const groups = label === undefined ? [] : boxGroups(units);
    for (const group of groups) {
      boxes.push({ label: withoutNonAscii(label ?? ""), group, score: score(spanOf(group, offset)) });
    }
    assumedEnd = endOf(units) + offset;
  }
  const bboxes = boxes.map(({ group }) => coordinatesOf(group, size, dequantizeFloat32));
  return withScores(
    { bboxes, labels: boxes.map(({ label }) => label) },
    boxes.map((box) => box.score),
  );
}

type Parser = (tokens: readonly ScoredToken[], size: ImageSize) => ReferenceScoredBoxes;

/** The post-processings whose answers are boxes alone. Only the first has scores. */
const parsers: Readonly<Partial<Record<PostProcessing, Parser>>> = {
  description_with_bboxes: scoredBoxes,
  bboxes: (tokens, size) => plainBoxes(textOf(tokens), size, dequantizeFloat32),
  phrase_grounding: (tokens, size) => labelledBoxes(textOf(tokens), size, bannedPhrases, dequantizeFloat32),
};

const parserByToken: ReadonlyMap<string, Parser | undefined> = new Map(
  Object.values(tasks).map((row) => [row.token, parsers[row.postProcessing]]),
);

/**
 * What Microsoft's original returns for a token sequence with log-probabilities, of a task that answers with boxes alone. `token` is
 * the task's (`<OD>`). Undefined for any other task.
 */
export function postProcessTokens(
  tokens: readonly ScoredToken[],
  token: string,
  size: ImageSize,
): Readonly<Record<string, ReferenceScoredBoxes>> | undefined {
  const parse = parserByToken.get(token);
  return parse === undefined ? undefined : { [token]: parse(tokens, size) };
}
