import { dequantizeFloat32, type ImageSize } from "./coordinates.ts";
import type { LocationPiece } from "./lex.ts";
import { boxGroups, boxPhrases, labelOf, type ReferenceBoxes } from "./reference-boxes.ts";
import { codePoints, withoutNonAscii } from "./python-text.ts";
import { cleanUp, coordinatesOf, endOf } from "./reference-runs.ts";

/** One generated token after the decoder's start token, decoded by itself. */
export interface ScoredToken {
  readonly text: string;
  /** Natural logarithm of its probability after the logit processors. */
  readonly logprob: number;
}

/** Boxes in float32 pixels, each with exp of a mean log-probability. */
export interface ReferenceScoredBoxes extends ReferenceBoxes {
  readonly scores: readonly number[];
}

/** Positions in code points, the end exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
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

/**
 * `<OD>` and `<DENSE_REGION_CAPTION>` with scores, as Microsoft's original returns them; Hugging Face's port has none. The
 * score of a box is exp of the mean log-probability of the tokens that its four locations overlap, at the position that the
 * original assumes: it adds up the lengths of the phrases that it found, starting after a single `<s>`. With more of them
 * (Florence-2-large writes three), or with text that belongs to no phrase, the assumed position is too far to the left and
 * the mean is taken over other tokens. `scoreOf` has no such error.
 */
export function scoredBoxes(tokens: readonly ScoredToken[], size: ImageSize): ReferenceScoredBoxes {
  const text = tokens.map((token) => token.text).join("");
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
  return {
    bboxes: boxes.map(({ group }) => coordinatesOf(group, size, dequantizeFloat32)),
    labels: boxes.map(({ label }) => label),
    scores: boxes.map((box) => box.score),
  };
}
