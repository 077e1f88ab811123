import type { ImageSize } from "./coordinates.ts";
import { strip } from "./python-text.ts";
import { cleanUp, coordinatesOf, endOf, isLocation, runsOf } from "./reference-runs.ts";

/** Quads in Hugging Face's format: x, y of the four corners of each quad, and the text of each. */
export interface ReferenceQuads {
  readonly quad_boxes: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

const QUAD_UNITS = 8;

/**
 * `ocr`: at least one character on one line, then exactly eight locations. The text is everything since the last quad or line
 * break, including left-over locations and other special tokens. If that is empty, the next location becomes the text and the
 * quad starts after it.
 */
export function quads(text: string, size: ImageSize): ReferenceQuads {
  const cleaned = cleanUp(text);
  const quad_boxes: (readonly number[])[] = [];
  const labels: string[] = [];
  let [labelStart, runEnd] = [cleaned.start, cleaned.start];
  for (const run of runsOf(cleaned, isLocation)) {
    const lineBreak = cleaned.text.slice(runEnd, run[0]?.start).lastIndexOf("\n");
    if (lineBreak !== -1) labelStart = runEnd + lineBreak + 1;
    let next = run[0]?.start === labelStart ? 1 : 0;
    while (next + QUAD_UNITS <= run.length) {
      const corners = run.slice(next, next + QUAD_UNITS);
      quad_boxes.push(coordinatesOf(corners, size));
      labels.push(strip(cleaned.text.slice(labelStart, corners[0]?.start)));
      labelStart = endOf(corners);
      next += QUAD_UNITS + 1;
    }
    runEnd = endOf(run);
  }
  return { quad_boxes, labels };
}
