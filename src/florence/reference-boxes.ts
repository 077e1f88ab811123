import { dequantizeInt32, type ImageSize } from "./coordinates.ts";
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

/** Boxes in Hugging Face's format: x1, y1, x2, y2 of each box as the model wrote them, and the label of each. */
export interface ReferenceBoxes {
  readonly bboxes: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

/** The label in a match's words, without white space at its ends. Undefined, and so no match, if a line break follows the leading white space. */
export function labelOf(words: string): string | undefined {
  const label = stripStart(words);
  return label.includes("\n") ? undefined : strip(label);
}

/** All complete groups of four locations. Left-over locations are dropped. */
export function boxGroups(locations: readonly LocationPiece[]): readonly (readonly LocationPiece[])[] {
  const groups: (readonly LocationPiece[])[] = [];
  for (let end = 4; end <= locations.length; end += 4) groups.push(locations.slice(end - 4, end));
  return groups;
}

/** All matches of a label and its boxes in the cleaned text, including those that `labelOf` then rejects. */
export function boxPhrases(cleaned: Cleaned): readonly LabelledRun<LocationPiece>[] {
  return labelledRuns(cleaned, runsOf(cleaned, isLocation));
}

const none: ReadonlySet<string> = new Set();

/** `description_with_bboxes`, and with banned labels `phrase_grounding`. Labels lose characters outside ASCII. */
export function labelledBoxes(
  text: string,
  size: ImageSize,
  banned = none,
  dequantize = dequantizeInt32,
): ReferenceBoxes {
  const bboxes: (readonly number[])[] = [];
  const labels: string[] = [];
  for (const { words, units } of boxPhrases(cleanUp(text))) {
    const label = labelOf(words);
    if (label === undefined || banned.has(label)) continue;
    const ascii = withoutNonAscii(label);
    for (const group of boxGroups(units)) {
      bboxes.push(coordinatesOf(group, size, dequantize));
      labels.push(ascii);
    }
  }
  return { bboxes, labels };
}

/** `bboxes`: runs of four or more locations, whatever the text between them. A shorter run contains no box anyway. */
export function plainBoxes(text: string, size: ImageSize, dequantize = dequantizeInt32): ReferenceBoxes {
  const groups = runsOf(cleanUp(text), isLocation).flatMap(boxGroups);
  return { bboxes: groups.map((group) => coordinatesOf(group, size, dequantize)), labels: groups.map(() => "") };
}
