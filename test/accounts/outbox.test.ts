import { assert, asyncProperty, constantFrom, infiniteStream, integer, type Stream } from "fast-check";
import { describe, expect, it } from "vitest";
import { type Delivered, type Delivery, waitAfter } from "../../src/accounts/ledger/deliveries.ts";
import { nextDelivery } from "../../src/accounts/ledger/outbox-round.ts";
import { billedAccount } from "../support/billed-account.ts";

const HOUR_MS = 3_600_000;

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
