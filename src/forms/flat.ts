import type { FormattedAnswer } from "../contract/answers.ts";
import type { BoxFormat } from "../contract/form-options.ts";
import { boxKeys, type FlatAnswer } from "../contract/forms.ts";
import type { Rings } from "./outline.ts";

type Located = Exclude<FormattedAnswer, { type: "text" }>;
type Item = Located["objects"][number];
type FormattedBox = Item["box"];

/** A box's coordinates in the order of its format. */
function coordinatesOf(box: FormattedBox): readonly number[] {
  if ("x1" in box) return boxKeys.xyxy.map((key) => box[key]);
  return "cx" in box ? boxKeys.cxcywh.map((key) => box[key]) : boxKeys.xywh.map((key) => box[key]);
}

/** Escapes one CSV field as in RFC 4180. */
function csvField(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function points(ring: Rings[number]): string {
  return ring.map(({ x, y }) => `${x},${y}`).join(" ");
}

/** An object's polygons or quad as one text; empty for an object that has only a box. */
function shapeText(object: Item): readonly string[] {
  if ("polygons" in object) return [object.polygons.map(points).join("|")];
  return "quad" in object ? [points(object.quad)] : [];
}

function boxesText(boxes: readonly FormattedBox[]): string {
  return boxes.map((box) => coordinatesOf(box).join(",")).join(";");
}

function objectsOf(objects: readonly Item[]) {
  return {
    object_count: objects.length,
    labels: objects.map(({ label }) => csvField(label)).join(","),
    scores: objects.map(({ score }) => score).join(","),
    boxes: boxesText(objects.map(({ box }) => box)),
    normalized_boxes: boxesText(objects.map(({ normalized_box }) => normalized_box)),
    polygons: objects.flatMap(shapeText).join(";"),
    first_label: objects[0]?.label ?? "",
    first_score: objects[0]?.score ?? 0,
  };
}

/** The score of a text, where those of objects are. */
function textScore(score: number) {
  return { scores: String(score), first_score: score };
}

/** The first box's coordinates under separate keys; zeros if there is no box. */
const firstBox = {
  xyxy: ([first_x1 = 0, first_y1 = 0, first_x2 = 0, first_y2 = 0]: readonly number[]) =>
    ({ box_format: "xyxy", first_x1, first_y1, first_x2, first_y2 }) as const,
  xywh: ([first_x = 0, first_y = 0, first_width = 0, first_height = 0]: readonly number[]) =>
    ({ box_format: "xywh", first_x, first_y, first_width, first_height }) as const,
  cxcywh: ([first_cx = 0, first_cy = 0, first_width = 0, first_height = 0]: readonly number[]) =>
    ({ box_format: "cxcywh", first_cx, first_cy, first_width, first_height }) as const,
} satisfies Record<BoxFormat, unknown>;

/**
 * An answer as one flat object, for no-code tools. It has only texts and numbers, and the same keys for every answer in
 * one box format, so that one mapping of fields works for all of them.
 */
export function flat(answer: FormattedAnswer, boxFormat: BoxFormat): FlatAnswer {
  const objects: readonly Item[] = answer.type === "text" ? [] : answer.objects;
  const [first] = objects;
  const { source, model, usage } = answer;
  return {
    type: "flat",
    answer_type: answer.type,
    task: answer.task,
    text: answer.type === "text" ? answer.text : "",
    ...objectsOf(objects),
    ...(answer.type === "text" && answer.score !== undefined ? textScore(answer.score) : {}),
    ...firstBox[boxFormat](first === undefined ? [] : coordinatesOf(first.box)),
    score_type: answer.score_type ?? "",
    finish_reason: answer.finish_reason,
    source_width: source.width,
    source_height: source.height,
    model_id: model.id,
    model_revision: model.revision,
    model_dtype: model.dtype,
    ...usage,
    json: JSON.stringify(answer),
  };
}
