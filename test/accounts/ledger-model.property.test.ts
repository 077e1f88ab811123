import { expect, it } from "vitest";
import { checkSequences } from "../support/ledger-run.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

it("does what the model says, and keeps its invariants, in every sequence of requests, faults and clocks", () => {
  expect(() => checkSequences(300, createMemoryTables)).not.toThrow();
});
