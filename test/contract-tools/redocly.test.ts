import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CheckedApi, startApi } from "./support/api.ts";
import { nodeTool } from "./support/install.ts";

let api: CheckedApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

it("Redocly reports no problems in the document", async () => {
  const config = join(import.meta.dirname, "redocly.yaml");
  const lint = ["lint", api.document, "--config", config, "--format", "json"];
  const { stdout } = await promisify(execFile)(nodeTool("redocly"), lint).catch((failed: { stdout: string }) => failed);
  expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
});
