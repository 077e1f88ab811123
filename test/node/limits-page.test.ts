import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../tools/serve.ts";

/** A row of a table, with its last cell. */
const ROW = /^\|(?:[^|]*\|){3}(?<where>[^|]*)\|$/gmu;

const page = await readFile(join(root, "docs/explanation/limits.md"), "utf8");
const cells = [...page.matchAll(ROW)].map(({ groups }) => groups?.["where"]?.trim() ?? "");

/** The constants that a cell names, each with the file that the cell names last. */
function constantsIn(cell: string): readonly (readonly [string, string])[] {
  const names = [...cell.matchAll(/`([^`]+)`/gu)].map(([, name = ""]) => name);
  const file = names.findLast((name) => name.startsWith("src/") || name.startsWith("functions/"));
  return names.flatMap((name) => (/^[A-Z][A-Z_]+$/u.test(name) && file !== undefined ? [[name, file] as const] : []));
}

describe("the page of limits", () => {
  const constants = cells.flatMap(constantsIn);

  it("has tables", () => {
    expect(constants.length).toBeGreaterThan(15);
  });

  it.each(constants)("names %s, which is in %s", async (name, file) => {
    expect(await readFile(join(root, file), "utf8")).toMatch(new RegExp(`\\bconst ${name}\\b`, "u"));
  });
});
