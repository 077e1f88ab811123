import type { Answer } from "../src/contract/answers.ts";

function row(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join("  ")
    .trimEnd();
}

/** Notes on what the columns do not show, by answer type. */
const notes: Readonly<Partial<Record<Answer["type"], readonly string[]>>> = {
  quads: ["", "The columns are the boxes around the words; their four corners are in the drawing, and in --json."],
  polygons: ["", "The columns are the boxes around the outlines; those are in the drawing, and in --json."],
};

/** Formats an answer for a terminal: the text, or one line per object with its box in pixels. */
export function table(answer: Answer): string {
  if (answer.type === "text") return answer.text;
  if (answer.objects.length === 0) return "Nothing was found.";
  const lines = answer.objects.map(({ label, score, box }) => [
    label === "" ? "(no name)" : label,
    score.toFixed(3),
    ...[box.x1, box.y1, box.x2, box.y2].map((value) => value.toFixed(1)),
  ]);
  const cells = [["label", "score", "x1", "y1", "x2", "y2"], ...lines];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return [...cells.map((line) => row(line, widths)), ...(notes[answer.type] ?? [])].join("\n");
}
