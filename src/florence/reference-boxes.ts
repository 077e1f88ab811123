import type { ImageSize } from "./coordinates.ts";
import type { LocationPiece } from "./lex.ts";
import { strip, stripStart, withoutNonAscii } from "./python-text.ts";
import {
  type Cleaned,
  cleanUp,
  coordinatesOf,
  isLocation,
  type LabelledRun,
  labelledRuns,
  runsOf,
} from "./reference-runs.ts";

/** Hugging Face's shape of boxes: x1, y1, x2, y2 each, as the model wrote them, and a label for each. */
export interface ReferenceBoxes {
  readonly bboxes: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

/** The label that words give, white space at its ends removed; undefined, and so no match, if a line break is left in it. */
export function labelOf(words: string): string | undefined {
  const label = stripStart(words);
  return label.includes("\n") ? undefined : strip(label);
}

/** As many groups of four locations as there are; what is left over is dropped. */
export function boxGroups(locations: readonly LocationPiece[]): readonly (readonly LocationPiece[])[] {
  const groups: (readonly LocationPiece[])[] = [];
  for (let end = 4; end <= locations.length; end += 4) groups.push(locations.slice(end - 4, end));
  return groups;
}

/** All matches of a label and its boxes in the cleaned text, also those that `labelOf` then refuses. */
export function boxPhrases(cleaned: Cleaned): readonly LabelledRun<LocationPiece>[] {
  return labelledRuns(cleaned, runsOf(cleaned, isLocation));
}

const none: ReadonlySet<string> = new Set();

/** `description_with_bboxes`, and with banned labels `phrase_grounding`: characters outside ASCII are lost. */
export function labelledBoxes(text: string, size: ImageSize, banned = none): ReferenceBoxes {
  const bboxes: (readonly number[])[] = [];
  const labels: string[] = [];
  for (const { words, units } of boxPhrases(cleanUp(text))) {
    const label = labelOf(words);
    if (label === undefined || banned.has(label)) continue;
    const ascii = withoutNonAscii(label);
    for (const group of boxGroups(units)) {
      bboxes.push(coordinatesOf(group, size));
      labels.push(ascii);
    }
  }
  return { bboxes, labels };
}

/** `bboxes`: runs of four or more locations, whatever stands between them. A run of fewer holds no box anyway. */
export function plainBoxes(text: string, size: ImageSize): ReferenceBoxes {
  const groups = runsOf(cleanUp(text), isLocation).flatMap(boxGroups);
  return { bboxes: groups.map((group) => coordinatesOf(group, size)), labels: groups.map(() => "") };
}
