import type { Answer, LocatedAnswer } from "../contract/answers.ts";
import type { FormOptions } from "../contract/form-options.ts";

type Limits = Pick<FormOptions, "min_score" | "max_objects">;

/** The lowest score of the best `count`, and how many of those that have just this score are among them. */
function threshold(scores: readonly number[], count: number): { readonly score: number; readonly equals: number } {
  const best = scores.toSorted((one, other) => other - one).slice(0, count);
  const score = best.at(-1) ?? 0;
  return { score, equals: best.filter((each) => each === score).length };
}

/** Which objects stay: the best, and of equal ones the first. */
function kept(scores: readonly number[], { min_score = 0, max_objects = Infinity }: Limits): readonly boolean[] {
  const { score, equals } = threshold(scores, max_objects);
  let left = equals;
  return scores.map((each) => {
    if (each === score) left -= 1;
    return each >= min_score && (each > score || (each === score && left >= 0));
  });
}

function limitedObjects(answer: LocatedAnswer, limits: Limits): LocatedAnswer {
  const stays = kept(
    answer.objects.map(({ score }) => score),
    limits,
  );
  const isKept = (_: unknown, index: number): boolean => stays[index] ?? false;
  if (answer.type === "boxes") return { ...answer, objects: answer.objects.filter(isKept) };
  if (answer.type === "quads") return { ...answer, objects: answer.objects.filter(isKept) };
  return { ...answer, objects: answer.objects.filter(isKept) };
}

/** Without the objects below `min_score`, and with the best `max_objects` of the others, in the model's order. Texts have none. */
export function limited(answer: Answer, limits: Limits): Answer {
  if (answer.type === "text" || (limits.min_score === undefined && limits.max_objects === undefined)) return answer;
  return limitedObjects(answer, limits);
}
