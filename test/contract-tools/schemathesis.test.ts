import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { type CheckedApi, startApi } from "./support/api.ts";
import { pythonTool } from "./support/install.ts";

/** The maximum number of cases per operation and phase; set by `EXAMPLES`. */
const examples = process.env["EXAMPLES"] ?? "25";

/**
 * Checks that cannot hold here. A request that fits the schema may still have no valid image, a region outside the image, or a text too long for
 * the model. A request that does not fit is answered with 200 if the mistake is in one of several items (`analyze`, `batch`), or in an option of
 * the query that the body also gives.
 */
const excluded = ["positive_data_acceptance", "negative_data_rejection"];

/** Runs Schemathesis on an API, and returns its summary. */
async function check(api: CheckedApi, more: readonly string[]): Promise<string> {
  const cases = ["--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "1"];
  const options = ["--exclude-checks", excluded.join(), "--continue-on-failure", "--request-timeout", "60"];
  const run = ["run", `${api.origin}/openapi.json`, ...cases, ...options, ...more];
  const report = await promisify(execFile)(pythonTool("schemathesis"), run, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (failed: { stdout: string }) => failed,
  );
  return report.stdout.slice(report.stdout.lastIndexOf("= SUMMARY ="));
}

const ALL_PASSED = /Test cases:\s+(?<all>\d+) generated, \k<all> passed/u;
const bearer = (key: string | undefined): readonly string[] => ["--header", `Authorization: Bearer ${key}`];

it("Schemathesis finds only documented answers", async () => {
  const api = await startApi(false);
  try {
    expect(await check(api, [])).toMatch(ALL_PASSED);
  } finally {
    await api.stop();
  }
});

it("Schemathesis finds only documented answers with accounts: with a key, and as the operator", async () => {
  const api = await startApi(true);
  try {
    const { customer, operator } = api.keys ?? {};
    expect(await check(api, [...bearer(customer), "--exclude-path-regex", "^/admin"])).toMatch(ALL_PASSED);
    expect(await check(api, [...bearer(operator), "--include-path-regex", "^/admin"])).toMatch(ALL_PASSED);
  } finally {
    await api.stop();
  }
});
