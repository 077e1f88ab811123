import { expireHolds, purge } from "./expire.ts";
import type { LedgerTables } from "./tables.ts";

/** Does what the time asks for, in one transaction: expires holds, and removes guards that have ended. Called by the account's alarm. */
export function tend(tables: LedgerTables, nowMs: number): void {
  tables.transaction(() => {
    if (tables.account() === undefined) return;
    tables.apply(expireHolds(tables.read, nowMs));
    tables.apply(purge(tables.read, nowMs));
  });
}
