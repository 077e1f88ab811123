import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";
import { holdOf, settlementOf } from "../support/ledger-requests.ts";
import { alarmOf, newAccount, passTime, query, stateOf } from "./account-objects.ts";

afterEach(() => void vi.useRealTimers());

describe("the crash table", () => {
  it("before the hold: nothing", async () => {
    expect(await stateOf(await newAccount())).toEqual({ balance: 10_000, held: 0, holds: 0, entries: 1 });
  });

  it("hold done, reply lost: a retry joins it, later it is void", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    passTime(1000);
    expect(await stub.hold(holdOf("r2", ["a"]))).toMatchObject({
      type: "held",
      price: 1500,
      charges: [{ state: "held", deadlineMs: Date.now() + 120_000 }],
    });
    expect(await stateOf(stub)).toEqual({ balance: 10_000, held: 1500, holds: 1, entries: 1 });
    passTime(120_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await query(stub, "SELECT * FROM holds")).toEqual([]);
    expect(await stateOf(stub)).toEqual({ balance: 10_000, held: 0, holds: 0, entries: 1 });
  });

  it("two joiners: the release by one does no harm to the other", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    await stub.hold(holdOf("r2", ["a"]));
    expect(await stub.release({ requestId: "r1", ids: ["a"] })).toEqual({ released: 0 });
    expect(await stub.settle(settlementOf("r2", ["a"]))).toMatchObject({ type: "settled", charged: 1500 });
    expect(await stateOf(stub)).toEqual({ balance: 8500, held: 0, holds: 0, entries: 2 });
  });

  it("the object is evicted during the work: the hold and the alarm are still there", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    const alarmMs = await alarmOf(stub);
    await evictDurableObject(stub);
    expect(await alarmOf(stub)).toBe(alarmMs);
    expect(await stub.settle(settlementOf("r1", ["a"]))).toMatchObject({ type: "settled", charged: 1500 });
    expect(await stateOf(stub)).toEqual({ balance: 8500, held: 0, holds: 0, entries: 2 });
  });

  it("settled, reply lost: the same settlement writes nothing, and a retry is free for 24 hours", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    const first = await stub.settle(settlementOf("r1", ["a"]));
    expect(first).toMatchObject({ charges: [{ amount: 1500, isRepeat: false }], balance: 8500 });
    expect(await stub.settle(settlementOf("r1", ["a"]))).toMatchObject({
      charged: 0,
      charges: [{ id: "a", amount: 0, isRepeat: true }],
    });
    passTime(PAID_MS - 1000);
    expect(await stub.hold(holdOf("r2", ["a"]))).toMatchObject({ price: 0, charges: [{ state: "paid" }] });
    expect(await stateOf(stub)).toEqual({ balance: 8500, held: 0, holds: 0, entries: 2 });
    passTime(1000);
    expect(await stub.hold(holdOf("r3", ["a"]))).toMatchObject({ price: 1500 });
  });

  it("the hold has expired: charged afresh if there is money, else nothing is written", async () => {
    const stub = await newAccount({ credit: 2000 });
    await stub.hold(holdOf("slow", ["a"]));
    passTime(120_000);
    await stub.hold(holdOf("quick", ["b"]));
    const refused = { type: "refused", code: "insufficient-credits", price: 1500, balance: 2000, held: 1500 };
    expect(await stub.settle(settlementOf("slow", ["a"]))).toMatchObject(refused);
    expect(await stateOf(stub)).toEqual({ balance: 2000, held: 1500, holds: 1, entries: 1 });
    await stub.release({ requestId: "quick", ids: ["b"] });
    expect(await stub.settle(settlementOf("slow", ["a"]))).toMatchObject({ type: "settled", balance: 500 });
  });

  it("a stream fails after it was settled: the refund is written once, and the retry is free", async () => {
    const stub = await newAccount({ account: { mode: "postpaid" } });
    await stub.hold(holdOf("r1", ["a"]));
    await stub.settle(settlementOf("r1", ["a"]));
    expect(await stub.refund(["a", "unknown"])).toEqual({
      type: "refunded",
      ids: ["a"],
      amount: 1500,
      balance: 10_000,
    });
    expect(await stub.refund(["a"])).toMatchObject({ ids: [], amount: 0 });
    expect(await stub.hold(holdOf("r2", ["a"]))).toMatchObject({ price: 0, charges: [{ state: "paid" }] });
    expect(await query(stub, "SELECT id, kind, attempts FROM outbox ORDER BY id")).toEqual([
      { id: "charge.a.2", kind: "charge", attempts: 0 },
      { id: "refund.a.3", kind: "refund", attempts: 0 },
    ]);
  });
});
