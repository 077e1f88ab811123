import * as z from "zod";
import type { FormattedAnswer } from "../contract/answers.ts";

const size = { width: z.int(), height: z.int() };
const note = { note: z.string().optional() };
const integers = z.array(z.int());
const LeanObject = z.object({
  label: z.string(),
  score: z.number(),
  box: integers,
  svg_path: z.string().optional(),
});
const LeanLine = z.object({ text: z.string(), quad: z.array(integers) });

/** The shapes of lean answers, as the tools' output schemas are made of. */
export const leanShapes = {
  text: { text: z.string(), ...note },
  lines: { ...size, text: z.string(), lines: z.array(LeanLine), ...note },
  objects: { ...size, objects: z.array(LeanObject), ...note },
} as const;

/** An answer as a tool shows it: whole pixels, no model, no usage, nothing twice. */
export type Lean = { readonly [Key in string]: unknown };

type Located = Exclude<FormattedAnswer, { type: "text" }>;
type LocatedObject = Located["objects"][number];

/** What a reader of the answer must know about it. */
function noteOf({ finish_reason: reason }: FormattedAnswer, count: number, maxObjects: number) {
  if (reason === "length") return { note: "The answer reached its length limit: what follows is missing." };
  if (count < maxObjects) return {};
  return { note: `These are the ${maxObjects} objects with the highest scores; there may be more.` };
}

function corners(box: LocatedObject["box"]): readonly number[] {
  if ("x1" in box) return [box.x1, box.y1, box.x2, box.y2].map(Math.round);
  if ("cx" in box) {
    const [left, top] = [box.cx - box.width / 2, box.cy - box.height / 2];
    return [left, top, left + box.width, top + box.height].map(Math.round);
  }
  return [box.x, box.y, box.x + box.width, box.y + box.height].map(Math.round);
}

function leanObject(object: LocatedObject) {
  const { label, score, box, svg_path: path } = object;
  return { label, score, box: corners(box), ...(path === undefined ? {} : { svg_path: path }) };
}

function sizeOf({ source: { width, height } }: FormattedAnswer) {
  return { width, height };
}

/** Returns an answer of `/v1` in its lean form. `maxObjects` is how many were asked for: as many may be all, or not. */
export function lean(answer: FormattedAnswer, maxObjects: number): Lean {
  if (answer.type === "text") return { text: answer.text, ...noteOf(answer, 0, maxObjects) };
  const rest = { ...sizeOf(answer), ...noteOf(answer, answer.objects.length, maxObjects) };
  if (answer.type !== "quads") return { ...rest, objects: answer.objects.map(leanObject) };
  const lines = answer.objects.map(({ label, quad }) => ({
    text: label,
    quad: quad.map(({ x, y }) => [Math.round(x), Math.round(y)]),
  }));
  return { ...rest, text: lines.map(({ text }) => text).join("\n"), lines };
}
