import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ledgerCommands } from "../../support/ledger-commands.ts";
import { runLedgerCommands } from "../../support/ledger-run.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";

it("agrees with the model in 10,000 sequences", { timeout: 600_000 }, () => {
  const check = () =>
    fc.assert(
      fc.property(ledgerCommands, (commands) => runLedgerCommands(createMemoryTables(), commands)),
      { numRuns: 10_000 },
    );
  expect(check).not.toThrow();
});
