import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ledgerCommands } from "../support/ledger-commands.ts";
import { runLedgerCommands } from "../support/ledger-run.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

it("does what the model says, and keeps its invariants, in every sequence of requests, faults and clocks", () => {
  const check = () =>
    fc.assert(
      fc.property(ledgerCommands, (commands) => runLedgerCommands(createMemoryTables(), commands)),
      { numRuns: 300 },
    );
  expect(check).not.toThrow();
});
