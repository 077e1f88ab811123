import { bannedPhrases } from "./banned-phrases.ts";
import type { ImageSize } from "./coordinates.ts";
import { labelledBoxes, plainBoxes, type ReferenceBoxes } from "./reference-boxes.ts";
import { labelledPolygons, plainPolygons, type ReferencePolygons } from "./reference-polygons.ts";
import { strip } from "./python-text.ts";
import { quads, type ReferenceQuads } from "./reference-quads.ts";
import { type PostProcessing, type Task, tasks } from "./tasks.ts";

/** Open-vocabulary detection's format: always four lists, two of them empty. */
export interface ReferenceBoxesOrPolygons {
  readonly bboxes: ReferenceBoxes["bboxes"];
  readonly bboxes_labels: readonly string[];
  readonly polygons: ReferencePolygons["polygons"];
  readonly polygons_labels: readonly string[];
}

/** What Hugging Face's `post_process_generation` returns under the task's token. */
export type ReferenceAnswer = string | ReferenceBoxes | ReferenceQuads | ReferencePolygons | ReferenceBoxesOrPolygons;

/** Searches the text for `<poly>` before the clean-up. If there is one anywhere, the result has polygons only. */
function boxesOrPolygons(text: string, size: ImageSize): ReferenceBoxesOrPolygons {
  const isPolygons = text.includes("<poly>");
  const { bboxes, labels } = isPolygons ? { bboxes: [], labels: [] } : labelledBoxes(text, size);
  const outlined = isPolygons ? labelledPolygons(text, size) : { polygons: [], labels: [] };
  return { bboxes, bboxes_labels: labels, polygons: outlined.polygons, polygons_labels: outlined.labels };
}

const postProcessors: Readonly<Record<PostProcessing, (text: string, size: ImageSize) => ReferenceAnswer>> = {
  pure_text: (text) => strip(text.replaceAll("<s>", "").replaceAll("</s>", "")),
  description_with_bboxes: labelledBoxes,
  bboxes: plainBoxes,
  phrase_grounding: (text, size) => labelledBoxes(text, size, bannedPhrases),
  ocr: quads,
  polygons: plainPolygons,
  description_with_bboxes_or_polygons: boxesOrPolygons,
};

const rowByToken: ReadonlyMap<string, Task> = new Map(Object.values(tasks).map((row) => [row.token, row]));

/**
 * What Hugging Face's `Florence2Processor.post_process_generation(text, task, image_size)` returns, value for value: integers
 * from float32 arithmetic, labels that contain parts of location tokens, letters outside ASCII removed, the checkpoint's own
 * list of banned phrases. `token` is a task's token (`<OD>`); with any other, the text is plain text, as in the reference. Where
 * Python raises, for a location that does not fit 64 bits, the coordinate is −2³¹. Takes time linear in the text's length.
 */
export function postProcess(text: string, token: string, size: ImageSize): Readonly<Record<string, ReferenceAnswer>> {
  return { [token]: postProcessors[rowByToken.get(token)?.postProcessing ?? "pure_text"](text, size) };
}
