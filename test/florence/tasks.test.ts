import { describe, expect, it } from "vitest";
import { isTaskName, type Task, tasks } from "../../src/florence/tasks.ts";

const rows: readonly (readonly [string, Task])[] = Object.entries(tasks);

describe("the table of tasks", () => {
  it("has fifteen rows, each with its own token and sentence", () => {
    expect(rows).toHaveLength(15);
    expect(new Set(rows.map(([, { token }]) => token)).size).toBe(15);
    expect(new Set(rows.map(([, { sentence }]) => sentence)).size).toBe(15);
  });

  it.each(rows)("%s has a placeholder for its input, and only if it takes one", (name, { token, sentence, input }) => {
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/u);
    expect(token).toMatch(/^<[A-Z_]+>$/u);
    expect(sentence.split("{input}")).toHaveLength(input === "none" ? 1 : 2);
  });

  it("contains only its own names", () => {
    expect(isTaskName("object-detection")).toBe(true);
    expect(isTaskName("toString")).toBe(false);
    expect(isTaskName("<OD>")).toBe(false);
  });
});
