import { dequantizeInt32, type ImageSize } from "./coordinates.ts";
import { type LocationPiece, type Piece, specialTokens } from "./lex.ts";

/** The words that a match begins with, and the units after them. */
export interface LabelledRun<Unit extends Piece> {
  readonly words: string;
  /** Position of the words' first code unit in the cleaned text. */
  readonly start: number;
  readonly units: readonly Unit[];
}

/** The fewest units that make a match, in every pattern of the reference but the quads'. */
export const MIN_UNITS = 4;

/** A text after the reference's clean-up. */
export interface Cleaned {
  readonly text: string;
  /** Where reading begins. What stands before it is framing, and so may be what stands at the text's end. */
  readonly start: number;
  /** The special tokens of `text`. */
  readonly tokens: readonly Piece[];
}

/** Removes `<s>`, `</s>` and `<pad>` one after the other, so that what joins up to a later one goes too. */
function withoutFraming(text: string): Cleaned {
  const rest = text.replaceAll("<s>", "").replaceAll("</s>", "").replaceAll("<pad>", "");
  return { text: rest, start: 0, tokens: specialTokens(rest) };
}

/**
 * Does away with `<s>`, `</s>` and `<pad>`. At the ends of a text, where a model writes them, it is enough not to read
 * them, which is much faster.
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

/** The unit of boxes and quads. */
export function isLocation(piece: Piece): piece is LocationPiece {
  return piece.type === "location";
}

/** The longest possible runs of units in a cleaned text, in order. None is empty. */
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

/** Where a run or a quad ends in the cleaned text. */
export function endOf(units: readonly Piece[]): number {
  return units.at(-1)?.end ?? 0;
}

/**
 * The matches of "one or more characters that are not `<`, then four or more units". The words need not be a label: of a
 * special token or of a run that is too short they are what follows the last `<` (`loc_3>dog`), and where nothing stands
 * before a run they are the inside of its first unit (`loc_1>`).
 */
export function labelledRuns<Unit extends Piece>(
  { text, start: textStart }: Cleaned,
  runs: readonly (readonly Unit[])[],
): readonly LabelledRun<Unit>[] {
  const matches: LabelledRun<Unit>[] = [];
  /** Where the words of the next match can begin at the earliest: after a match, or at the last `<` before. */
  let from = textStart;
  for (const run of runs) {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) continue;
    const start = Math.max(from, text.lastIndexOf("<", first.start - 1) + 1);
    const match =
      start < first.start
        ? { words: text.slice(start, first.start), start, units: run }
        : { words: text.slice(first.start + 1, first.end), start: first.start + 1, units: run.slice(1) };
    const isMatch = match.units.length >= MIN_UNITS;
    if (isMatch) matches.push(match);
    from = isMatch ? endOf(run) : last.start;
  }
  return matches;
}

/** Locations in the order x, y, x, y, … → coordinates in the same order, on the source image. */
export function coordinatesOf(
  locations: readonly LocationPiece[],
  { width, height }: ImageSize,
  dequantize = dequantizeInt32,
): readonly number[] {
  return locations.map(({ bin }, index) => dequantize(bin, index % 2 === 0 ? width : height));
}
