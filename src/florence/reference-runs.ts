import { dequantizeInt32, type ImageSize } from "./coordinates.ts";
import { lex, type LocationPiece, type Piece } from "./lex.ts";

/** The words that a match begins with, and the units after them. */
export interface LabelledRun<Unit extends Piece> {
  readonly words: string;
  /** Position of the words' first code unit in the cleaned text. */
  readonly start: number;
  readonly units: readonly Unit[];
}

/** The fewest units that make a match, in every pattern of the reference but the quads'. */
export const MIN_UNITS = 4;

/** Removes `<s>`, `</s>` and `<pad>` one after the other, so that what joins up to a later one goes too. */
export function withoutFraming(text: string): string {
  return text.replaceAll("<s>", "").replaceAll("</s>", "").replaceAll("<pad>", "");
}

/** The unit of boxes and quads. */
export function isLocation(piece: Piece): piece is LocationPiece {
  return piece.type === "location";
}

/** The longest possible runs of units in a cleaned text, in order. None is empty. */
export function runsOf<Unit extends Piece>(
  cleaned: string,
  isUnit: (piece: Piece) => piece is Unit,
): readonly (readonly Unit[])[] {
  const runs: Unit[][] = [];
  let run: Unit[] | undefined;
  for (const piece of lex(cleaned)) {
    if (!isUnit(piece)) {
      run = undefined;
      continue;
    }
    if (run === undefined) {
      run = [];
      runs.push(run);
    }
    run.push(piece);
  }
  return runs;
}

/** Where a run or a quad ends in the cleaned text. */
export function endOf(units: readonly Piece[]): number {
  const last = units.at(-1);
  return last === undefined ? 0 : last.start + last.text.length;
}

/**
 * The matches of "one or more characters that are not `<`, then four or more units". The words need not be a label: of a
 * special token or of a run that is too short they are what follows the last `<` (`loc_3>dog`), and where nothing stands
 * before a run they are the inside of its first unit (`loc_1>`).
 */
export function labelledRuns<Unit extends Piece>(
  cleaned: string,
  runs: readonly (readonly Unit[])[],
): readonly LabelledRun<Unit>[] {
  const matches: LabelledRun<Unit>[] = [];
  /** Where the words of the next match can begin at the earliest: after a match, or at the last `<` before. */
  let from = 0;
  for (const run of runs) {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) continue;
    const start = from + cleaned.slice(from, first.start).lastIndexOf("<") + 1;
    const match =
      start < first.start
        ? { words: cleaned.slice(start, first.start), start, units: run }
        : { words: first.text.slice(1), start: first.start + 1, units: run.slice(1) };
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
