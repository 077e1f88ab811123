import { expect } from "vitest";
import { type Deliver, sendDue } from "../../src/accounts/ledger/outbox-round.ts";
import { createFakeLedger } from "./fake-ledger.ts";
import { holdOf, settlementOf } from "./ledger-requests.ts";
import { createMemoryTables } from "./memory-tables.ts";
import { openAccount } from "./open-account.ts";

/** A postpaid account that is billed, whose outbox is sent by hand. */
export async function billedAccount(deliver: Deliver, customer: string | null = "cus_1", credit = 10_000_000) {
  const clock = { nowMs: Date.UTC(2026, 10, 30) };
  const tables = createMemoryTables();
  const now = () => clock.nowMs;
  const ledger = createFakeLedger({ now, tables });
  await openAccount(ledger, { credit, account: { mode: "postpaid" } });
  await ledger.setBilling({ customer });
  const charge = async (ids: readonly string[]) => {
    const request = `of ${ids[0]}`;
    await ledger.hold(holdOf(request, ids));
    expect(await ledger.settle(settlementOf(request, ids))).toMatchObject({ type: "settled" });
  };
  const round = () => sendDue({ tables, deliver, money: "live", now, random: () => 0.5 });
  const outbox = () => [...tables.rows().outbox.values()];
  return { clock, tables, ledger, charge, round, outbox };
}
