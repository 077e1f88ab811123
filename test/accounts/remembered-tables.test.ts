import { describe, expect, it, vi } from "vitest";
import { rememberTables } from "../../src/accounts/ledger/remembered-tables.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { holdOf, settlementOf } from "../support/ledger-requests.ts";
import { checkSequences } from "../support/ledger-run.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { openAccount } from "../support/open-account.ts";

it("does what the model says in every sequence of requests, faults and clocks, as the tables alone do", () => {
  expect(() => checkSequences(300, () => rememberTables(createMemoryTables()))).not.toThrow();
});

const nowMs = Date.UTC(2026, 10, 30);

async function setUp(maxHolds?: number) {
  const stored = createMemoryTables();
  const tables = rememberTables(stored, maxHolds);
  const ledger = createFakeLedger({ tables, now: () => nowMs });
  await openAccount(ledger);
  return { stored, tables, ledger };
}

describe("what is remembered", () => {
  it("is read once, and not again for each request", async () => {
    const { stored, ledger } = await setUp();
    await ledger.hold(holdOf("r0", ["z"]));
    const names = ["keys", "allHolds", "held", "heldBy", "dueHolds", "lastSeq", "count"] as const;
    const spies = [...names.map((name) => vi.spyOn(stored.read, name)), vi.spyOn(stored, "account")];
    await ledger.hold(holdOf("r1", ["a"]));
    expect(await ledger.settle(settlementOf("r1", ["a"]))).toMatchObject({ charged: 1500, balance: 8500 });
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual(spies.map(() => 0));
  });

  it("is forgotten when a transaction fails, of which nothing remains", async () => {
    const { stored, tables, ledger } = await setUp();
    await ledger.hold(holdOf("r1", ["a"]));
    const before = stored.rows();
    const failing = vi.spyOn(stored, "apply").mockImplementation((changes) => {
      if (changes.length > 0) throw new Error("The disk is full.");
    });
    await expect(ledger.settle(settlementOf("r1", ["a"]))).rejects.toThrow("disk");
    failing.mockRestore();
    expect([stored.rows(), tables.rememberedHolds()]).toEqual([before, 0]);
    expect(await ledger.describe()).toMatchObject({ balance: 10_000, held: 1500 });
    expect(await ledger.settle(settlementOf("r1", ["a"]))).toMatchObject({ charged: 1500, balance: 8500 });
  });

  it("are not the holds of an account that has too many: they are read", async () => {
    const { stored, tables, ledger } = await setUp(2);
    await ledger.hold(holdOf("r1", ["a", "b"]));
    expect(tables.rememberedHolds()).toBe(2);
    await ledger.hold(holdOf("r2", ["c"]));
    expect([tables.rememberedHolds(), tables.read.held(), tables.read.nextDeadline()]).toEqual([
      Infinity,
      4500,
      nowMs + 120_000,
    ]);
    expect(await ledger.settle(settlementOf("r1", ["a"]))).toMatchObject({ charged: 1500 });
    await ledger.hold(holdOf("r3", ["d"]));
    const anew = rememberTables(stored, 2);
    expect([anew.account(), anew.rememberedHolds()]).toEqual([stored.account(), Infinity]);
    expect(anew.read.heldBy("k1", "r1")).toEqual({ amount: 4500, requests: 2 });
  });
});
