import * as z from "zod";

/** The content of an answer, without scores and the model's name. */
const Line = z.object({
  answer: z.object({
    text: z.string().optional(),
    objects: z
      .array(
        z.object({
          label: z.string(),
          box: z.unknown().optional(),
          quad: z.unknown().optional(),
          polygons: z.unknown().optional(),
        }),
      )
      .optional(),
  }),
});

function contentsOf(lines: string): readonly string[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.stringify(Line.parse(JSON.parse(line)).answer));
}

/** Counts the answers that have equal content in two files of answers to the same questions: `930 of 1024`. */
export function equalAnswers(one: string, other: string): string {
  const [ours, theirs] = [contentsOf(one), contentsOf(other)];
  return `${ours.filter((answer, index) => answer === theirs[index]).length} of ${ours.length}`;
}
