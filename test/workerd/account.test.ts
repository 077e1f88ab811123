import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MAX_HOLD_MS, PAID_MS } from "../../src/accounts/ledger/limits.ts";
import { holdOf, KEY, settlementOf } from "../support/ledger-requests.ts";
import { openAccount } from "../support/open-account.ts";

const stubOf = (id: string) => env.ACCOUNTS_LEDGER.get(env.ACCOUNTS_LEDGER.idFromName(id));
type Stub = ReturnType<typeof stubOf>;

/** A new account for each test, with money for six answers. */
async function newAccount(opening: Parameters<typeof openAccount>[1] = {}): Promise<Stub> {
  const stub = stubOf(crypto.randomUUID());
  await openAccount(stub, opening);
  return stub;
}

const query = (stub: Stub, statement: string) =>
  runInDurableObject(stub, (_, { storage }) => storage.sql.exec(statement).toArray());
const alarmOf = (stub: Stub): Promise<number | null> =>
  runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

/** Sets the clock of the object, which runs in the isolate of the test. */
function passTime(byMs: number): void {
  const nowMs = Date.now() + byMs;
  vi.useFakeTimers({ toFake: ["Date"], now: nowMs });
}

const factsOf = async (stub: Stub) => {
  const audit = await stub.audit();
  const account = await stub.describe();
  return { audit, account };
};

/** Balance, holds and entries; nothing contradicts the rules. */
async function stateOf(stub: Stub) {
  const { audit, account } = await factsOf(stub);
  if (audit.type !== "audit" || account.type !== "account") throw new Error("There is no account.");
  expect(audit.violations).toEqual([]);
  return { balance: audit.balance, held: account.held, holds: audit.holds, entries: audit.entries };
}

afterEach(() => void vi.useRealTimers());

describe("an account that was never created", () => {
  it("is like a key that does not exist, and stores nothing", async () => {
    const stub = stubOf("forged");
    expect(await stub.hold(holdOf("r", ["a"]))).toEqual({ type: "refused", code: "key-invalid" });
    expect(await stub.status(KEY.hash)).toEqual({ type: "refused", code: "key-invalid" });
    expect(await stub.describe()).toEqual({ type: "refused", code: "not-found" });
    expect(await query(stub, "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")).toEqual([]);
    expect(await alarmOf(stub)).toBeNull();
  });
});

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

describe("a fault of the storage", () => {
  const breakTable = (stub: Stub, from: string, to: string) => query(stub, `ALTER TABLE ${from} RENAME TO ${to}`);

  it("leaves nothing of a settlement that failed halfway", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a", "b"]));
    await breakTable(stub, "usage", "away");
    // Inside of the object, since workerd logs a rejection that leaves it.
    await runInDurableObject(stub, (account) =>
      expect(account.settle(settlementOf("r1", ["a", "b"]))).rejects.toThrow("usage"),
    );
    await breakTable(stub, "away", "usage");
    expect(await stateOf(stub)).toEqual({ balance: 10_000, held: 3000, holds: 2, entries: 1 });
  });

  it("does not end the alarms", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    await breakTable(stub, "holds", "away");
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    for (let failures = 0; failures < 8; failures += 1) expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(logged).toHaveBeenCalledTimes(8);
    await breakTable(stub, "away", "holds");
    passTime(120_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await query(stub, "SELECT * FROM holds")).toEqual([]);
    expect(await alarmOf(stub)).toBeNull();
  });
});

describe("the alarm", () => {
  it("is set once for many holds, and removes what has ended until nothing is left", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"], { idempotency: { key: "i", fingerprint: "f", isExclusive: false } }));
    const first = await alarmOf(stub);
    passTime(1000);
    await stub.hold(holdOf("r2", ["b"]));
    await stub.settle(settlementOf("r2", ["a", "b"]));
    expect(await alarmOf(stub)).toBe(first);
    passTime(120_000);
    await runDurableObjectAlarm(stub);
    expect(await query(stub, "SELECT id FROM paid")).toHaveLength(2);
    passTime(PAID_MS);
    await runDurableObjectAlarm(stub);
    expect(await query(stub, "SELECT id FROM paid UNION ALL SELECT id FROM idempotency")).toEqual([]);
    expect(await alarmOf(stub)).toBeNull();
    expect(await stateOf(stub)).toMatchObject({ balance: 7000, entries: 3 });
  });

  it("ends a hold that a clock which jumped back would keep for months", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    passTime(-90 * PAID_MS);
    expect(await stub.hold(holdOf("r2", ["b"]))).toMatchObject({ type: "held" });
    passTime(MAX_HOLD_MS);
    await runDurableObjectAlarm(stub);
    expect(await query(stub, "SELECT id FROM holds")).toEqual([]);
  });
});

it("sells exactly what the balance pays for, to 200 different requests at once", async () => {
  const stub = await newAccount({ credit: 17 * 1500 + 1499 });
  const ids = Array.from({ length: 200 }, (_, index) => `answer ${index}`);
  const sell = async (id: string): Promise<string> => {
    const reply = await stub.hold(holdOf(id, [id]));
    return reply.type === "held" ? (await stub.settle(settlementOf(id, [id]))).type : reply.code;
  };
  const results = await Promise.all(ids.map(sell));
  expect(results.filter((result) => result === "settled")).toHaveLength(17);
  expect(results.filter((result) => result === "insufficient-credits")).toHaveLength(183);
  expect(await stateOf(stub)).toEqual({ balance: 1499, held: 0, holds: 0, entries: 18 });
});
