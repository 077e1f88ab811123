import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Point } from "../../src/florence/coordinates.ts";
import { parse, type ParsedAnswer } from "../../src/florence/parse.ts";
import { postProcess } from "../../src/florence/reference.ts";
import { isTaskName, tasks } from "../../src/florence/tasks.ts";
import { root } from "../../tools/serve.ts";

const size = { width: 1000, height: 1000 };
const page = readFileSync(join(root, "docs/explanation/differences.md"), "utf8");
const block = /```text\n(?<task>\S+) (?<text>.+)\nreference (?<reference>.+)\nproduct +(?<product>.+)\n```/gu;

function flat(points: readonly Point[]): readonly number[] {
  return points.flatMap(({ x, y }) => [x, y]);
}

/** Returns labels and coordinates in the notation of the page. */
function compact(answer: ParsedAnswer): unknown {
  if (answer.type === "text") return answer.text;
  if (answer.type === "boxes") return answer.objects.map(({ label, box }) => [label, box.x1, box.y1, box.x2, box.y2]);
  if (answer.type === "quads") return answer.objects.map(({ label, quad }) => [label, ...flat(quad)]);
  return answer.objects.map(({ label, polygons }) => [label, ...polygons.map(flat)]);
}

const examples = Array.from(page.matchAll(block), ({ groups = {} }) => {
  const { task = "", text = '""', reference = "", product = "" } = groups;
  return { task, text: String(JSON.parse(text)), reference: JSON.parse(reference), product: JSON.parse(product) };
});

describe("the page on differences", () => {
  it("has no example in a format that this test does not parse", () => {
    expect(examples.length).toBe(page.split("```text").length - 1);
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)("states the actual results for $task $text", ({ task, text, reference, product }) => {
    expect(isTaskName(task)).toBe(true);
    if (!isTaskName(task)) return;
    const { token } = tasks[task];
    expect(postProcess(text, token, size)).toEqual({ [token]: reference });
    expect(compact(parse(text, task, size))).toEqual(product);
  });
});
