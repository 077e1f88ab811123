import { expect, it } from "vitest";
import { checkSequences } from "../../support/ledger-run.ts";
import { freshTables, inStorage } from "../../workerd/account-objects.ts";

it("agrees with the model in 500 sequences, on SQLite", { timeout: 600_000 }, async () => {
  await inStorage((storage) => expect(() => checkSequences(500, freshTables(storage))).not.toThrow());
});
