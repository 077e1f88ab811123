import { type ParsedAnswer, parse } from "../../src/florence/parse.ts";
import type { TaskName } from "../../src/florence/tasks.ts";

/** Expands the short notation of locations: `car⟨1 2 3 4⟩` → `car<loc_1><loc_2><loc_3><loc_4>`. */
export function expandShort(short: string): string {
  return short.replace(/⟨([^⟩]*)⟩/gu, (_, bins: string) => bins.replace(/\d+ ?/gu, (bin) => `<loc_${bin.trim()}>`));
}

/** Parses a generation in short notation for an image of 1000 x 1000 pixels, in which a bin is a pixel. */
export function parseShort(task: TaskName, short: string): ParsedAnswer {
  return parse(expandShort(short), task, { width: 1000, height: 1000 });
}

/** Returns the label and the bins of each box. */
export function boxesOf(answer: ParsedAnswer): readonly unknown[] {
  if (answer.type !== "boxes") return [`no boxes but ${answer.type}`];
  return answer.objects.map(({ label, box }) => [label, ...Object.values(box).map(Math.floor)]);
}

/** Returns the label and the rings of each polygon object, each ring in the notation inside `⟨…⟩`. */
export function outlinesOf(answer: ParsedAnswer): readonly unknown[] {
  if (answer.type !== "polygons") return [`no polygons but ${answer.type}`];
  return answer.objects.map(({ label, polygons }) => [
    label,
    ...polygons.map((ring) => ring.flatMap(({ x, y }) => [Math.floor(x), Math.floor(y)]).join(" ")),
  ]);
}
