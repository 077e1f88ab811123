import { expect, it } from "vitest";
import { checkSequences } from "../../support/ledger-run.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";

it("agrees with the model in 10,000 sequences", { timeout: 600_000 }, () => {
  expect(() => checkSequences(10_000, createMemoryTables)).not.toThrow();
});
