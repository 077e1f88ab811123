import type { LedgerTables } from "../../src/accounts/ledger/tables.ts";
import { applyChange } from "./apply-change.ts";
import { hasTables, migrate } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { createReads, readAccount } from "./reads.ts";

/** The tables of one account in its object's SQLite. Those of an earlier version of the Worker are brought up to date here. */
export function createSqlTables(storage: DurableObjectStorage, now: () => number): LedgerTables {
  const { sql } = storage;
  let isCreated = hasTables(sql);
  if (isCreated) storage.transactionSync(() => migrate(sql, migrations, now()));
  return {
    read: createReads(sql),
    account: () => (isCreated ? readAccount(sql) : undefined),
    createTables: () => migrate(sql, migrations, now()),
    apply: (changes) => {
      for (const change of changes) applyChange(sql, change);
    },
    transaction: (work) => {
      const result = storage.transactionSync(work);
      // After the transaction, since one that failed has taken the tables with it.
      isCreated ||= hasTables(sql);
      return result;
    },
  };
}
