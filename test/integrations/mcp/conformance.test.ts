import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { output, startMcp, tool } from "./support/api.ts";

let running: Awaited<ReturnType<typeof startMcp>>;
beforeAll(async () => {
  running = await startMcp();
});
afterAll(() => running.stop());

const expected = join(import.meta.dirname, "known.yml");

/** Runs a scenario of the protocol's conformance suite. Returns its exit code, the checks that failed, and the number of those that passed. */
async function check(scenario: string, version: string) {
  const given = ["server", "--url", running.mcp, "--scenario", scenario, "--spec-version", version];
  const { stdout, code } = await output(tool("conformance"), [...given, "--expected-failures", expected]);
  const names = (outcome: string) =>
    // The colours of a terminal are between the words.
    [...stdout.matchAll(new RegExp(`\\[(?<name>[a-z0-9-]+) *\\].*${outcome}`, "gu"))].map(
      ({ groups }) => groups?.["name"] ?? "",
    );
  return { code, failed: names("FAILURE"), passed: names("SUCCESS").length };
}

/** The checks that fail in each scenario: each names prompts, resources or a tool of the suite itself. */
it.each([
  ["tools-list", "2026-07-28", []],
  [
    "server-stateless",
    "2026-07-28",
    [
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-missing-capability-http-400",
      "sep-2575-http-server-no-independent-requests-on-stream",
      "sep-2575-server-no-log-without-loglevel",
    ],
  ],
  [
    "caching",
    "2026-07-28",
    [
      "sep-2549-prompts-list-caching-hints",
      "sep-2549-resources-list-caching-hints",
      "sep-2549-resources-templates-list-caching-hints",
    ],
  ],
  ["dns-rebinding-protection", "2026-07-28", []],
  ["tools-call-error", "2026-07-28", ["tools-call-error"]],
  ["server-initialize", "2025-11-25", []],
  ["ping", "2025-11-25", []],
  ["tools-list", "2025-11-25", []],
])("the conformance suite, %s of %s", async (scenario, version, known) => {
  const { code, failed, passed } = await check(scenario, version);
  expect(failed).toEqual(known);
  expect(code).toBe(0);
  expect(passed).toBeGreaterThanOrEqual(scenario === "tools-call-error" ? 0 : 2);
});
