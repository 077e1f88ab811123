import type { Entry } from "../../accounts/ledger-admin.ts";
import type { AccountRow, Change } from "./rows.ts";

/** Returns the row that tells the biller of a postpaid account of a charge or refund; others need none. */
export function outboxChange(mode: AccountRow["mode"], { seq, kind, ref }: Entry, nowMs: number): readonly Change[] {
  if (mode === "prepaid" || (kind !== "charge" && kind !== "refund")) return [];
  // The id alone may be charged again on another day; with `seq` it is one charge.
  const row = { id: `${kind}.${ref}.${seq}`, kind, seq, attempts: 0, nextMs: nowMs };
  return [{ type: "put", table: "outbox", row }];
}
