import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MAX_HOLD_MS, MAX_PURGED, PAID_MS, PURGE_PAUSE_MS } from "../../src/accounts/ledger/limits.ts";
import { holdOf, KEY, settlementOf } from "../support/ledger-requests.ts";
import { alarmOf, newAccount, passTime, query, type Stub, stateOf, stubOf } from "./account-objects.ts";

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

/** Gives a table another name, so that statements fail. */
const breakTable = (stub: Stub, from: string, to: string) => query(stub, `ALTER TABLE ${from} RENAME TO ${to}`);

describe("a fault of the storage", () => {
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
    await breakTable(stub, "idempotency", "away");
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    for (let failures = 0; failures < 8; failures += 1) expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(logged).toHaveBeenCalledTimes(8);
    await breakTable(stub, "away", "idempotency");
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
    expect(await query(stub, "SELECT id FROM idempotency")).toHaveLength(1);
    passTime(PAID_MS);
    await runDurableObjectAlarm(stub);
    expect(await query(stub, "SELECT id FROM idempotency")).toEqual([]);
    expect(await alarmOf(stub)).toBeNull();
    expect(await stateOf(stub)).toMatchObject({ balance: 7000, entries: 3 });
  });

  it("removes many idempotency keys in parts, with one statement each", async () => {
    const stub = await newAccount();
    await query(
      stub,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 * MAX_PURGED + 1})
      INSERT INTO idempotency SELECT 'key ' || i, 'f', 'r', ${Date.now()} FROM n`,
    );
    await stub.hold(holdOf("r1", ["a"], { idempotency: { key: "i", fingerprint: "f", isExclusive: false } }));
    await stub.settle(settlementOf("r1", ["a"]));
    passTime(120_000);
    for (const left of [MAX_PURGED + 2, 2, 1]) {
      await runDurableObjectAlarm(stub);
      expect(await query(stub, "SELECT count(*) AS left FROM idempotency")).toEqual([{ left }]);
      const alarmMs = (await alarmOf(stub)) ?? 0;
      expect(alarmMs - Date.now() <= PURGE_PAUSE_MS).toBe(left > 1);
      passTime(PURGE_PAUSE_MS);
    }
  });

  it("is set again when the object starts, if the runtime has given it up", async () => {
    const stub = await newAccount();
    await stub.hold(holdOf("r1", ["a"]));
    const first = await alarmOf(stub);
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(stub);
    expect(await alarmOf(stub)).toBe(first);
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

it("lists all accounts in the order of their ids, in pages", async () => {
  const directory = env.ACCOUNTS_DIRECTORY.get(env.ACCOUNTS_DIRECTORY.idFromName("all"));
  const [one, two, three] = ["a", "b", "c"].map((id) => ({ id, name: `name of ${id}`, createdMs: 1 }));
  for (const row of [three, one, two]) if (row !== undefined) await directory.put(row);
  await directory.put({ id: "b", name: "renamed", createdMs: 2 });
  const renamed = { id: "b", name: "renamed", createdMs: 1 };
  expect(await directory.list({ limit: 2 })).toEqual({ accounts: [one, renamed], next: "b" });
  expect(await directory.list({ limit: 2, after: "b" })).toEqual({ accounts: [three], next: null });
});
