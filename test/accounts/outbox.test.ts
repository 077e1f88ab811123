import { assert, asyncProperty, constantFrom, infiniteStream, integer, type Stream } from "fast-check";
import { describe, expect, it } from "vitest";
import { type Delivered, type Delivery, waitAfter } from "../../src/accounts/ledger/deliveries.ts";
import { type Deliver, nextDelivery, sendDue, watch } from "../../src/accounts/ledger/outbox-round.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { holdOf, settlementOf } from "../support/ledger-requests.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { openAccount } from "../support/open-account.ts";

const HOUR_MS = 3_600_000;

/** A postpaid account that is billed, whose outbox is sent by hand. */
async function billedAccount(deliver: Deliver, customer: string | null = "cus_1", credit = 10_000_000) {
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

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `chg_${index}`);
const done: Delivered = { type: "delivered" };
const away: Delivered = { type: "later", isAway: true };
const refused: Delivered = { type: "later", isAway: false };

describe("the outbox of a postpaid account", () => {
  it("is sent row by row, with the entry, and once", async () => {
    const sent: Delivery[] = [];
    const { charge, round, outbox, ledger } = await billedAccount(async (delivery) => {
      sent.push(delivery);
      return done;
    });
    await charge(["chg_a", "chg_b"]);
    await ledger.refund(["chg_a"]);
    expect(await round()).toBeUndefined();
    expect(sent.map(({ row, entry, billing }) => [row.id, entry?.amount, billing.customer])).toEqual([
      ["charge.chg_a.2", -1500, "cus_1"],
      ["charge.chg_b.3", -1500, "cus_1"],
      ["refund.chg_a.4", 1500, "cus_1"],
    ]);
    expect([await round(), sent.length, outbox()]).toEqual([undefined, 3, []]);
  });

  it("delivers every row exactly once, whatever fails how often", async () => {
    const outcomes = infiniteStream(constantFrom(done, done, away, refused));
    const run = asyncProperty(integer({ min: 1, max: 60 }), outcomes, async (count, stream: Stream<Delivered>) => {
      const delivered: string[] = [];
      const { clock, charge, round, outbox } = await billedAccount(async ({ row }) => {
        const outcome = stream.next().value;
        if (outcome.type === "delivered") delivered.push(row.id);
        return outcome;
      });
      await charge(idsOf(count));
      for (let nextMs = await round(); nextMs !== undefined; nextMs = await round()) {
        clock.nowMs = Math.max(nextMs, clock.nowMs + 1);
      }
      expect([delivered.length, new Set(delivered).size, outbox()]).toEqual([count, count, []]);
    });
    await assert(run, { numRuns: 100 });
  });

  it("is not stopped by a row that is refused for ever, and tries that ever more seldom", async () => {
    let tries = 0;
    const { clock, charge, round, outbox } = await billedAccount(async ({ row }) => {
      if (!row.id.startsWith("charge.chg_0.")) return done;
      tries += 1;
      return refused;
    });
    await charge(idsOf(250));
    const endMs = clock.nowMs + 100 * HOUR_MS;
    for (let nextMs = await round(); nextMs !== undefined && nextMs < endMs; nextMs = await round()) {
      clock.nowMs = Math.max(nextMs, clock.nowMs);
    }
    expect(outbox().map(({ id }) => id)).toEqual(["charge.chg_0.2"]);
    expect(tries).toBeGreaterThan(50);
    expect(tries).toBeLessThan(200);
  });

  it("waits for a receiver that is away after some rows, and loses none", async () => {
    let isAway = true;
    let tries = 0;
    const { clock, charge, round, outbox } = await billedAccount(async () => {
      tries += 1;
      return isAway ? away : done;
    });
    await charge(idsOf(50));
    const nextMs = await round();
    expect([tries, nextMs]).toEqual([5, clock.nowMs + 5000]);
    isAway = false;
    clock.nowMs += HOUR_MS;
    await round();
    expect(outbox()).toEqual([]);
  });

  it("ends a round when its time is over", async () => {
    const account = await billedAccount(async () => {
      account.clock.nowMs += 3000;
      return done;
    });
    await account.charge(idsOf(10));
    await account.round();
    expect(account.outbox()).toHaveLength(6);
  });

  it("waits until there is a customer, and for money of the same kind", async () => {
    const { charge, tables, ledger, clock, round, outbox } = await billedAccount(async () => done, null);
    await charge(["chg_a"]);
    expect([nextDelivery(tables, "live"), await round(), outbox().length]).toEqual([undefined, undefined, 1]);
    await ledger.setBilling({ customer: "cus_1" });
    expect([nextDelivery(tables, "live"), nextDelivery(tables, "test")]).toEqual([clock.nowMs, undefined]);
  });

  it("forgets nothing if the process ends before an outcome is written", async () => {
    const sent: string[] = [];
    const { charge, round, outbox } = await billedAccount(async ({ row }) => {
      sent.push(row.id);
      if (sent.length === 2) throw new Error("killed");
      return done;
    });
    await charge(["chg_a", "chg_b", "chg_c"]);
    await expect(round()).rejects.toThrow("killed");
    await round();
    expect([sent, outbox()]).toEqual([["charge.chg_a.2", "charge.chg_b.3", "charge.chg_b.3", "charge.chg_c.4"], []]);
  });
});

it("waits longer after each failure, up to an hour", () => {
  expect([0, 1, 5, 11, 1000].map((attempts) => waitAfter(attempts, 1))).toEqual([2000, 4000, 64_000, HOUR_MS, HOUR_MS]);
  expect(waitAfter(0, 0)).toBe(1000);
});

/** An account whose balance is looked at after each change, as its object does. */
async function watchedAccount(autoTopUp: number | null = 5_000_000) {
  const account = await billedAccount(async () => done, "cus_1", 6000);
  const { ledger, tables, clock, charge } = account;
  await ledger.update({ mode: "prepaid" });
  expect(await ledger.setBilling({ card: "pm_1", lowBalance: 4000, autoTopUp })).toMatchObject({ autoTopUp });
  const look = (cause: Parameters<typeof watch>[2] = "other") => watch(tables, clock.nowMs, cause);
  const spend = async (id: string) => {
    await charge([id]);
    look();
  };
  const kinds = () => account.outbox().map(({ id }) => id);
  return { ...account, look, spend, kinds };
}

const declining: Deliver = async ({ row }) => (row.kind === "auto-top-up" ? { type: "declined" } : done);

describe("a balance that becomes low", () => {
  it("is told once, and buys once", async () => {
    const { spend, look, kinds } = await watchedAccount();
    look();
    await spend("chg_a");
    expect(kinds()).toEqual([]);
    await spend("chg_b");
    await spend("chg_c");
    look();
    expect(kinds()).toEqual(["balance-low.3", "auto-top-up.3"]);
  });

  it("is told again after it was high", async () => {
    const { spend, look, kinds, ledger } = await watchedAccount(null);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "grant", ref: "g", amount: 3000 });
    look();
    await spend("chg_c");
    await spend("chg_d");
    expect(kinds()).toEqual(["balance-low.3", "balance-low.6"]);
  });

  it("buys again after a top-up that was too small, and not after a payment was taken back", async () => {
    const { spend, look, kinds, ledger, round } = await watchedAccount(10_000_000);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "top-up", ref: "pi_1", amount: 1 });
    look("top-up");
    await round();
    expect(kinds()).toEqual([]);
    await ledger.credit({ kind: "top-up", ref: "pi_2", amount: 1 });
    look("top-up");
    expect(kinds()).toEqual(["balance-low.5", "auto-top-up.5"]);
    await ledger.credit({ kind: "reversal", ref: "re_1", amount: -1 });
    look("reversal");
    expect([kinds().length, await ledger.billing()]).toMatchObject([2, { autoTopUp: null, card: "pm_1" }]);
  });

  it("does not buy twice if something is paid while a purchase waits", async () => {
    const { spend, look, kinds, ledger } = await watchedAccount(10_000_000);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "top-up", ref: "pi_1", amount: 1 });
    look("top-up");
    expect(kinds()).toEqual(["balance-low.3", "auto-top-up.3", "balance-low.4"]);
  });

  it("is sent as the account is at that moment, also late in a round", async () => {
    const { spend, ledger, tables, clock } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    const sent: (number | null)[] = [];
    const deliver: Deliver = async ({ row, billing }) => {
      if (row.kind === "auto-top-up") sent.push(billing.autoTopUp);
      else await ledger.setBilling({ autoTopUp: null });
      return done;
    };
    await sendDue({ tables, deliver, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect(sent).toEqual([null]);
  });

  it("grants what was bought, in the same step in which the row ends", async () => {
    const { spend, ledger, tables, clock, outbox } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    const paid = { type: "paid", payment: "pi_auto", amount: 5_000_000 } as const;
    const deliver: Deliver = async ({ row }) => (row.kind === "auto-top-up" ? paid : done);
    await sendDue({ tables, deliver, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect([outbox(), await ledger.describe()]).toMatchObject([[], { balance: 5_003_000 }]);
    expect(await ledger.credit({ kind: "top-up", ref: "pi_auto", amount: 5_000_000 })).toMatchObject({
      isRepeat: true,
    });
  });

  it("buys nothing more after a card was declined, and says so", async () => {
    const { spend, ledger, tables, clock, kinds } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    await sendDue({ tables, deliver: declining, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect([kinds(), await ledger.billing()]).toMatchObject([["auto-top-up-failed.3"], { autoTopUp: null }]);
  });
});
