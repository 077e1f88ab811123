import type { Answer, LocatedAnswer } from "../contract/answers.ts";
import type { FormOptions } from "../contract/form-options.ts";

type Limits = Pick<FormOptions, "min_score" | "max_objects">;

/** The lowest of the `count` best scores, and how many of these scores equal it. */
function threshold(scores: readonly number[], count: number): { readonly score: number; readonly equals: number } {
  const best = scores.toSorted((one, other) => other - one).slice(0, count);
  const score = best.at(-1) ?? 0;
  return { score, equals: best.filter((each) => each === score).length };
}

/** Which objects remain: those with the best scores, and the first among equal scores. */
function selection(scores: readonly number[], { min_score = 0, max_objects = Infinity }: Limits): readonly boolean[] {
  const { score, equals } = threshold(scores, max_objects);
  let remaining = equals;
  return scores.map((each) => {
    if (each === score) remaining -= 1;
    return each >= min_score && (each > score || (each === score && remaining >= 0));
  });
}

function limitedObjects(answer: LocatedAnswer, limits: Limits): LocatedAnswer {
  const selected = selection(
    answer.objects.map(({ score }) => score),
    limits,
  );
  const isSelected = (_: unknown, index: number): boolean => selected[index] ?? false;
  if (answer.type === "boxes") return { ...answer, objects: answer.objects.filter(isSelected) };
  if (answer.type === "quads") return { ...answer, objects: answer.objects.filter(isSelected) };
  return { ...answer, objects: answer.objects.filter(isSelected) };
}

/** Removes objects below `min_score`, and all but the best `max_objects` of the others. Keeps the model's order. Returns a text answer unchanged. */
export function limited(answer: Answer, limits: Limits): Answer {
  if (answer.type === "text" || (limits.min_score === undefined && limits.max_objects === undefined)) return answer;
  return limitedObjects(answer, limits);
}
