import * as fc from "fast-check";
import { expect } from "vitest";
import type { Change } from "../../src/accounts/ledger/rows.ts";
import { callerVerbs } from "../../src/accounts/ledger/caller-verbs.ts";
import { operatorVerbs } from "../../src/accounts/ledger/operator-verbs.ts";
import type { LedgerTables } from "../../src/accounts/ledger/tables.ts";
import { tend } from "../../src/accounts/ledger/tend.ts";
import { type LedgerCommand, ledgerCommands, type LedgerSystem, newKey } from "./ledger-commands.ts";
import { LedgerModel } from "./ledger-model.ts";

const KEYS = [
  { name: "k1", caps: { day: 8, month: 14, total: 30 }, concurrency: 100 },
  { name: "k2", caps: { day: 100, month: 100, total: 100 }, concurrency: 2 },
] as const;

/** A postpaid account, so that the outbox is used, with two keys; the model of the same. */
function createSystem(tables: LedgerTables): { readonly system: LedgerSystem; readonly model: LedgerModel } {
  const model = new LedgerModel();
  let isFailing = false;
  const apply = (changes: readonly Change[]): void => {
    tables.apply(isFailing ? changes.slice(0, 1) : changes);
    if (isFailing && changes.length > 0) throw new Error("The disk is full.");
  };
  const start = () => {
    const options = { tables: { ...tables, apply }, now: () => model.now, countRequest: () => undefined };
    return { ...callerVerbs(options), ...operatorVerbs(options) };
  };
  let verbs = start();
  const { creditLimit, capMonth } = model;
  verbs.create({ id: "acct", name: "Acme", mode: "postpaid", creditLimit, capMonth });
  for (const { name, caps, concurrency } of KEYS) {
    verbs.createKey({ ...newKey(name), name, terms: { scopes: ["infer"], caps, concurrency }, expiresMs: null });
    model.addKey(name, { family: name, caps, concurrency, ends: Infinity, isRevoked: false });
  }
  const system: LedgerSystem = {
    get verbs() {
      return verbs;
    },
    alarm: () => void tend(tables, model.now, 0),
    crash: () => {
      verbs = start();
    },
    withFailingWrite: (work) => {
      isFailing = true;
      try {
        work();
      } catch {
        // What the caller is told is that the outcome is not known.
      } finally {
        isFailing = false;
      }
    },
  };
  return { system, model };
}

/** What must hold after each step, whatever it was. */
function check({ verbs }: LedgerSystem, tables: LedgerTables, model: LedgerModel): void {
  const audit = verbs.audit();
  // The audit is a verb, before which what is due expires.
  model.wake();
  expect(audit).toMatchObject({ type: "audit", balance: model.balance, violations: [], holds: model.holds.length });
  const { read } = tables;
  expect(read.held()).toBe(model.held());
  expect(model.balance - read.held()).toBeGreaterThanOrEqual(-model.creditLimit);
  for (const [name, caps] of model.highest) {
    const used = read.spent("", name) + read.heldBy(name, "").amount;
    expect(used).toBe(model.spent("", name) + model.held(name));
    expect(used).toBeLessThanOrEqual(caps.total);
  }
  checkPeriods(tables, model);
}

/** No day and no month has more than its cap, whichever way the clock went. */
function checkPeriods({ read }: LedgerTables, model: LedgerModel): void {
  const sums = new Map<string, number>();
  for (const { day, keyId, amount, refunded } of read.usage({ from: "", to: "9999", limit: 1000 })) {
    const family = model.keys.get(keyId)?.family ?? "";
    for (const period of [`${family} ${day}`, `${family} ${day.slice(0, 7)}`, day.slice(0, 7)]) {
      sums.set(period, (sums.get(period) ?? 0) + amount - refunded);
    }
  }
  for (const [period, sum] of sums) {
    const [family, date] = period.includes(" ") ? period.split(" ") : [undefined, period];
    const caps = family === undefined ? undefined : model.highest.get(family);
    const cap = caps === undefined ? model.capMonth : date?.length === 7 ? caps.month : caps.day;
    expect({ period, isOver: sum > cap }).toEqual({ period, isOver: false });
  }
}

/** Runs a sequence on fresh tables and on the model, and compares them after each step. */
export function runLedgerCommands(tables: LedgerTables, commands: readonly LedgerCommand[]): void {
  const { system, model } = createSystem(tables);
  for (const command of commands) {
    const expected = command.expect(model);
    expect({ step: command.name, reply: command.run(system) }).toEqual({ step: command.name, reply: expected });
    check(system, tables, model);
  }
}

/** Checks sequences, each on tables of its own; throws with the shortest that fails. */
export function checkSequences(numRuns: number, createTables: () => LedgerTables): void {
  fc.assert(
    fc.property(ledgerCommands, (commands) => runLedgerCommands(createTables(), commands)),
    { numRuns },
  );
}
