import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startApi } from "./support/api.ts";
import { nodeTool } from "./support/install.ts";

it.each([
  ["without accounts", false],
  ["with accounts", true],
])("Redocly reports no problems in the document %s", async (_, hasAccounts) => {
  const api = await startApi(hasAccounts);
  try {
    const config = join(import.meta.dirname, "redocly.yaml");
    const lint = ["lint", api.document, "--config", config, "--format", "json"];
    const run = promisify(execFile)(nodeTool("redocly"), lint);
    const { stdout } = await run.catch((failed: { stdout: string }) => failed);
    expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
  } finally {
    await api.stop();
  }
});
