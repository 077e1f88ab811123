import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CheckedApi, startApi } from "./support/api.ts";
import { pythonTool } from "./support/install.ts";

let api: CheckedApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** Cases for each operation and phase; `EXAMPLES` asks for more. */
const examples = process.env["EXAMPLES"] ?? "25";

/**
 * Checks that cannot hold here: what fits a schema may still be no picture, lie outside it, or be too long for the model; and what does not fit
 * is answered with 200 where it concerns one item of several (`analyze`, `batch`), or an option of the query that the body gives, too.
 */
const excluded = ["positive_data_acceptance", "negative_data_rejection"];

it("Schemathesis finds no answer that the document does not have", async () => {
  const cases = ["--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "1"];
  const judged = ["--exclude-checks", excluded.join(), "--continue-on-failure", "--request-timeout", "60"];
  const run = ["run", `${api.origin}/openapi.json`, ...cases, ...judged];
  const report = await promisify(execFile)(pythonTool("schemathesis"), run, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (failed: { stdout: string }) => failed,
  );
  const summary = report.stdout.slice(report.stdout.lastIndexOf("= SUMMARY ="));
  expect(summary).toMatch(/Test cases:\s+(?<all>\d+) generated, \k<all> passed/u);
});
