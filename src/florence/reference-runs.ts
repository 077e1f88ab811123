import { dequantizeInt32, type ImageSize } from "./coordinates.ts";
import { type LocationPiece, type Piece, specialTokens } from "./lex.ts";

/** The words at the start of a match, and the units after them. */
export interface LabelledRun<Unit extends Piece> {
  readonly words: string;
  /** Position of the words' first code unit in the cleaned text. */
  readonly start: number;
  readonly units: readonly Unit[];
}

/** Minimum number of units of a match, in every pattern of the reference except that for quads. */
export const MIN_UNITS = 4;

/** A text after the reference's clean-up. */
export interface Cleaned {
  readonly text: string;
  /** Where parsing starts. The text before it is framing tokens; the end of the text may be framing tokens too. */
  readonly start: number;
  /** The special tokens of `text`. */
  readonly tokens: readonly Piece[];
}

/** Removes `<s>`, `</s>` and `<pad>` one kind after the other, so that a later kind is removed even if an earlier removal formed it. */
function withoutFraming(text: string): Cleaned {
  const rest = text.replaceAll("<s>", "").replaceAll("</s>", "").replaceAll("<pad>", "");
  return { text: rest, start: 0, tokens: specialTokens(rest) };
}

/**
 * Removes `<s>`, `</s>` and `<pad>`. If they are only at the ends of a text, where a model writes them, they are skipped
 * instead, which is much faster.
 */
export function cleanUp(text: string): Cleaned {
  const tokens = specialTokens(text);
  const framing = tokens.filter(({ type }) => type === "framing");
  let [start, end] = [0, text.length];
  for (const token of framing) if (token.start === start) start = token.end;
  for (const token of framing.toReversed()) if (token.end === end) end = token.start;
  const isInside = framing.some((token) => token.start >= start && token.end <= end);
  return isInside ? withoutFraming(text) : { text, start, tokens };
}

/** Whether a piece is a location, the unit of boxes and quads. */
export function isLocation(piece: Piece): piece is LocationPiece {
  return piece.type === "location";
}

/** The longest runs of adjacent units in a cleaned text, in order. No run is empty. */
export function runsOf<Unit extends Piece>(
  { tokens }: Cleaned,
  isUnit: (piece: Piece) => piece is Unit,
): readonly (readonly Unit[])[] {
  const runs: Unit[][] = [];
  let run: Unit[] = [];
  let end = -1;
  for (const token of tokens) {
    if (!isUnit(token)) continue;
    if (token.start !== end) {
      run = [];
      runs.push(run);
    }
    run.push(token);
    end = token.end;
  }
  return runs;
}

/** End position of a run or a quad in the cleaned text, exclusive. */
export function endOf(units: readonly Piece[]): number {
  return units.at(-1)?.end ?? 0;
}

/**
 * The matches of "one or more characters that are not `<`, then four or more units". The words are not always a label: after a
 * special token or a run that is too short, they are the text since the last `<` (`loc_3>dog`). If there is no text before a
 * run, they are the inside of its first unit (`loc_1>`).
 */
export function labelledRuns<Unit extends Piece>(
  { text, start: textStart }: Cleaned,
  runs: readonly (readonly Unit[])[],
): readonly LabelledRun<Unit>[] {
  const matches: LabelledRun<Unit>[] = [];
  /** Earliest start of the next match's words: the end of the last match, or the last `<` before. */
  let earliestStart = textStart;
  for (const run of runs) {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) continue;
    const start = Math.max(earliestStart, text.lastIndexOf("<", first.start - 1) + 1);
    const match =
      start < first.start
        ? { words: text.slice(start, first.start), start, units: run }
        : { words: text.slice(first.start + 1, first.end), start: first.start + 1, units: run.slice(1) };
    const isMatch = match.units.length >= MIN_UNITS;
    if (isMatch) matches.push(match);
    earliestStart = isMatch ? endOf(run) : last.start;
  }
  return matches;
}

/** Converts locations in the order x, y, x, y, … to coordinates on the source image, in the same order. */
export function coordinatesOf(
  locations: readonly LocationPiece[],
  { width, height }: ImageSize,
  dequantize = dequantizeInt32,
): readonly number[] {
  return locations.map(({ bin }, index) => dequantize(bin, index % 2 === 0 ? width : height));
}
