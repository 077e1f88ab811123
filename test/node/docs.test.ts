import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { pages } from "../../tools/docs.ts";

it("the pages generated from tables are up to date", async () => {
  for (const [path, text] of await pages()) expect(await readFile(path, "utf8")).toBe(text);
});
