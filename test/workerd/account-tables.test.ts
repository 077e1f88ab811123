import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { applyChange } from "../../functions/ledger-sql/apply-change.ts";
import { migrate } from "../../functions/ledger-sql/migrate.ts";
import { migrations } from "../../functions/ledger-sql/migrations.ts";
import { createSqlTables } from "../../functions/ledger-sql/sql-tables.ts";
import { violations } from "../../functions/ledger-sql/violations.ts";
import { purge } from "../../src/accounts/ledger/expire.ts";
import { rememberTables } from "../../src/accounts/ledger/remembered-tables.ts";
import { holdOf, settlementOf } from "../support/ledger-requests.ts";
import { checkSequences } from "../support/ledger-run.ts";
import { openAccount } from "../support/open-account.ts";
import { freshTables, inStorage, stubOf } from "./account-objects.ts";

it("agrees with the model, as the tables in memory do, also if it remembers rows", async () => {
  await inStorage((storage) => {
    const fresh = freshTables(storage);
    expect(() => checkSequences(20, fresh)).not.toThrow();
    expect(() => checkSequences(20, () => rememberTables(fresh()))).not.toThrow();
  });
});

/** The steps that have been run. */
const done = ({ sql }: DurableObjectStorage) => sql.exec("SELECT step, appliedMs FROM migrations").toArray();

describe("migrations", () => {
  const steps = ["CREATE TABLE one (id TEXT) STRICT", "ALTER TABLE one ADD COLUMN name TEXT"];

  it("run the steps that have not been run, once each", async () => {
    await inStorage((storage) => {
      migrate(storage.sql, steps.slice(0, 1), 1);
      storage.sql.exec("INSERT INTO one (id) VALUES ('kept')");
      migrate(storage.sql, steps, 2);
      migrate(storage.sql, steps, 3);
      expect(storage.sql.exec("SELECT id, name FROM one").toArray()).toEqual([{ id: "kept", name: null }]);
      expect(done(storage)).toEqual([
        { step: 1, appliedMs: 1 },
        { step: 2, appliedMs: 2 },
      ]);
    });
  });

  it("leave nothing of a step that fails, and run it again", async () => {
    await inStorage((storage) => {
      const broken = [...steps.slice(0, 1), "CREATE TABLE two (id TEXT); CREATE TABLE one (id TEXT)"];
      expect(() => storage.transactionSync(() => migrate(storage.sql, broken, 1))).toThrow("one");
      storage.transactionSync(() => migrate(storage.sql, steps, 2));
      expect(done(storage)).toHaveLength(2);
    });
  });

  it("bring the tables of each earlier version to today's", async () => {
    for (let version = 0; version <= migrations.length; version += 1) {
      await inStorage((storage) => {
        storage.transactionSync(() => migrate(storage.sql, migrations.slice(0, version), 1));
        expect(createSqlTables(storage, () => 2).account()).toBeUndefined();
        expect(done(storage)).toHaveLength(migrations.length);
        expect(violations(storage.sql, 3)).toEqual([]);
      });
    }
  });
});

describe("the audit", () => {
  const damages = {
    "a balance": "UPDATE account SET balance = balance + 1",
    "an entry": "UPDATE entries SET amount = amount - 1 WHERE kind = 'charge'",
    "a lost entry": "DELETE FROM entries WHERE kind = 'refund'",
    "a day's usage": "UPDATE usage SET answers = answers + 1",
    "what was given back": "UPDATE usage SET refunded = refunded + 1",
    "a second charge": `INSERT INTO entries SELECT seq + 100, kind, ref, amount, keyId, task, requestId, priceRevision, reverses, atMs
      FROM entries WHERE kind = 'charge'`,
    "a refund of another amount": "UPDATE entries SET amount = 1 WHERE kind = 'refund'",
    "a refund's key that names no refund": "UPDATE refundKeys SET seq = 1",
    "a refund's key of another charge": "UPDATE refundKeys SET charge = 'b'",
    "a biller who is told of nothing": "INSERT INTO outbox VALUES ('x', 'charge', 99, 0, 0)",
    "a hold of no key": "UPDATE holds SET keyId = 'nobody'",
  } as const;

  it.each(Object.entries(damages))("finds %s", async (_, damage) => {
    const stub = stubOf(crypto.randomUUID());
    await openAccount(stub, { account: { mode: "postpaid" } });
    await stub.hold(holdOf("r1", ["a", "b", "c"]));
    await stub.settle(settlementOf("r1", ["a", "b"]));
    await stub.giveBack({ ref: "k", charge: "a" });
    expect(await stub.giveBack({ ref: "k", charge: "a" })).toMatchObject({
      amount: 1500,
      isRepeat: true,
      balance: 8500,
    });
    expect(await stub.giveBack({ ref: "k", charge: "b" })).toMatchObject({ code: "idempotency-key-reused" });
    expect(await stub.audit()).toMatchObject({ balance: 8500, holds: 1, violations: [] });
    await runInDurableObject(stub, (_account, { storage }) => storage.sql.exec(damage).toArray());
    expect(await stub.audit()).toMatchObject({ violations: expect.arrayContaining([expect.anything()]) });
  });
});

it("writes seven rows for a paid answer, which is what it costs the operator", async () => {
  const stub = stubOf(crypto.randomUUID());
  await openAccount(stub);
  const rows = await runInDurableObject(stub, async (account, { storage }) => {
    // The day's usage has a row, and its index one, from the first answer on.
    await account.hold(holdOf("r0", ["z"]));
    await account.settle(settlementOf("r0", ["z"]));
    const spy = vi.spyOn(storage.sql, "exec");
    await account.hold(holdOf("r1", ["a"]));
    await account.settle(settlementOf("r1", ["a"]));
    return spy.mock.results.reduce((sum, { value }) => sum + Number(value.rowsWritten), 0);
  });
  // The hold and its end, the entry and its two indexes, the balance, the day's usage.
  expect(rows).toBe(7);
});

it("finds what a request asks for by keys and indexes, however many entries and days there are", async () => {
  const plans = await inStorage((storage) => {
    const { read } = createSqlTables(storage, () => 0);
    migrate(storage.sql, migrations, 0);
    const spy = vi.spyOn(storage.sql, "exec");
    read.keyByHash("h");
    read.holds(["a"]);
    read.paid(["a"]);
    read.refundable(["a"]);
    read.refundKey("k");
    read.credit("grant", "g");
    read.lastSeq();
    read.spent("2026-11-30", "k1");
    read.spent("2026-11-30");
    read.entries({ kinds: ["charge"], ref: "a", limit: 1 });
    read.entries({ kinds: ["charge"], keyId: "k1", before: 9, limit: 1 });
    read.nextIdempotencyEnd();
    applyChange(storage.sql, purge(0));
    read.usage({ from: "2026-11-01", to: "2026-11-30", after: { day: "2026-11-02", keyId: "k", task: "t" }, limit: 1 });
    const statements = spy.mock.calls.map(([query, ...values]) => [query, values] as const);
    spy.mockRestore();
    return statements.flatMap(([query, values]) =>
      storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, ...values).toArray(),
    );
  });
  const scans = plans
    .map(({ detail }) => detail)
    .filter((detail) => /SCAN (?:entries|usage|charge|idempotency)/u.test(detail));
  expect(plans.length).toBeGreaterThan(9);
  const details = plans.map(({ detail }) => detail).join("\n");
  expect(details).toContain("USING INDEX keyEntries");
  expect(details).toContain("USING INDEX days");
  expect(details).not.toMatch(/TEMP B-TREE FOR ORDER BY/u);
  expect(scans).toEqual([]);
});
