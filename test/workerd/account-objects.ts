import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { createSqlTables } from "../../functions/ledger-sql/sql-tables.ts";
import { openAccount } from "../support/open-account.ts";

/** The object of an account. */
export const stubOf = (id: string) => env.ACCOUNTS_LEDGER.get(env.ACCOUNTS_LEDGER.idFromName(id));
/** The object of an account, from outside. */
export type Stub = ReturnType<typeof stubOf>;

/** A new account for each test, with money for six answers. */
export async function newAccount(opening: Parameters<typeof openAccount>[1] = {}): Promise<Stub> {
  const stub = stubOf(crypto.randomUUID());
  await openAccount(stub, opening);
  return stub;
}

/** Runs a statement on the tables of an object. */
export const query = (stub: Stub, statement: string) =>
  runInDurableObject(stub, (_, { storage }) => storage.sql.exec(statement).toArray());
/** When the object's alarm rings, in milliseconds since 1970. */
export const alarmOf = (stub: Stub): Promise<number | null> =>
  runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

/** Sets the clock of the object, which runs in the isolate of the test. */
export function passTime(byMs: number): void {
  const nowMs = Date.now() + byMs;
  vi.useFakeTimers({ toFake: ["Date"], now: nowMs });
}

/** Balance, holds and entries; nothing contradicts the rules. */
export async function stateOf(stub: Stub) {
  const audit = await stub.audit();
  const account = await stub.describe();
  if (audit.type !== "audit" || account.type !== "account") throw new Error("There is no account.");
  expect(audit.violations).toEqual([]);
  return { balance: audit.balance, held: account.held, holds: audit.holds, entries: audit.entries };
}

/** Runs in the storage of an object that is used for nothing else. */
export const inStorage = <Result>(work: (storage: DurableObjectStorage) => Result): Promise<Result> =>
  runInDurableObject(stubOf(crypto.randomUUID()), (_, { storage }) => work(storage));

/** Takes all tables away, which nothing but a test does. */
function clear({ sql }: DurableObjectStorage): void {
  const tables = sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT%'",
  );
  for (const { name } of tables.toArray()) sql.exec(`DROP TABLE ${name}`);
}

/** Makes empty tables in an object's storage, in the place of those that are there. */
export const freshTables = (storage: DurableObjectStorage) => () => {
  clear(storage);
  return createSqlTables(storage, () => 0);
};
