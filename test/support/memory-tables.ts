import type { Entry, UsageRow } from "../../src/accounts/ledger-admin.ts";
import type { HoldRow, OutboxRow } from "../../src/accounts/ledger/rows.ts";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";
import type { LedgerReads, LedgerTables } from "../../src/accounts/ledger/tables.ts";
import { changed, type MemoryRows, noRows } from "./memory-rows.ts";
import { memoryViolations } from "./memory-violations.ts";

const isOutside = (timeMs: number, nowMs: number, latestMs: number): boolean => timeMs <= nowMs || timeMs > latestMs;

const sum = (rows: Iterable<{ readonly amount: number }>): number =>
  [...rows].reduce((total, { amount }) => total + amount, 0);

const earliest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.min(...times);

function pick<Row>(rows: ReadonlyMap<string, Row>, ids: readonly string[]): readonly Row[] {
  return [...new Set(ids)].flatMap((id) => rows.get(id) ?? []);
}

const usageKey = ({ day, keyId, task }: Pick<UsageRow, "day" | "keyId" | "task">): string =>
  `${day}\n${keyId}\n${task}`;

const isBill = ({ kind }: OutboxRow): boolean => kind === "charge" || kind === "refund";

const sendable = (outbox: MemoryRows["outbox"], withBills: boolean): readonly OutboxRow[] =>
  [...outbox.values()].filter((row) => withBills || !isBill(row));

function readsOf(rows: () => MemoryRows): LedgerReads {
  const holdsOf = (family: string): readonly HoldRow[] =>
    [...rows().holds.values()].filter(({ keyId }) => rows().keys.get(keyId)?.family === family);
  const entries = (): readonly Entry[] => [...rows().entries.values()];
  return {
    keyByHash: (hash) => [...rows().keys.values()].find((key) => key.hash === hash),
    keyById: (id) => rows().keys.get(id),
    keys: () => [...rows().keys.values()],
    allHolds: () => [...rows().holds.values()],
    holds: (ids) => pick(rows().holds, ids),
    paid: (ids) =>
      [...new Set(ids)].flatMap((id) => {
        const times = entries()
          .filter(({ kind, ref }) => kind === "charge" && ref === id)
          .map(({ atMs }) => atMs);
        return times.length === 0 ? [] : [{ id, untilMs: Math.max(...times) + PAID_MS }];
      }),
    idempotency: (id) => rows().idempotency.get(id),
    held: () => sum(rows().holds.values()),
    heldBy: (family, withoutRequest) => {
      const holds = holdsOf(family);
      const requests = new Set(holds.map(({ requestId }) => requestId));
      requests.delete(withoutRequest);
      return { amount: sum(holds), requests: requests.size };
    },
    deadlineOf: (requestId) => {
      const own = [...rows().holds.values()].filter((row) => row.requestId === requestId);
      return own.length === 0 ? undefined : Math.max(...own.map(({ deadlineMs }) => deadlineMs));
    },
    spent: (sinceDay, family) =>
      [...rows().usage.values()]
        .filter(
          ({ day, keyId }) =>
            day >= sinceDay && (family ?? rows().keys.get(keyId)?.family) === rows().keys.get(keyId)?.family,
        )
        .reduce((total, { amount, refunded }) => total + amount - refunded, 0),
    lastSeq: () => Math.max(0, ...rows().entries.keys()),
    refundable: (ids) => {
      const reversed = new Set(entries().map(({ reverses }) => reverses));
      return [...new Set(ids)]
        .flatMap((id) => entries().findLast(({ kind, ref }) => kind === "charge" && ref === id) ?? [])
        .filter(({ seq }) => !reversed.has(seq));
    },
    refundKey: (id) => rows().refundKeys.get(id),
    credit: (kind, ref) => entries().find((entry) => entry.kind === kind && entry.ref === ref),
    billing: () => rows().billing.get("billing"),
    dueOutbox: (nowMs, atMost, withBills) =>
      sendable(rows().outbox, withBills)
        .filter(({ nextMs }) => nextMs <= nowMs)
        .toSorted((one, other) => one.nextMs - other.nextMs)
        .slice(0, atMost),
    outbox: (id) => rows().outbox.get(id),
    hasOutbox: (kind) => [...rows().outbox.values()].some((row) => row.kind === kind),
    nextOutbox: (withBills) => earliest(sendable(rows().outbox, withBills).map(({ nextMs }) => nextMs)),
    entry: (seq) => rows().entries.get(seq),
    dueHolds: (...times) => [...rows().holds.values()].filter(({ deadlineMs }) => isOutside(deadlineMs, ...times)),
    nextDeadline: () => earliest([...rows().holds.values()].map(({ deadlineMs }) => deadlineMs)),
    nextIdempotencyEnd: () => earliest([...rows().idempotency.values()].map(({ untilMs }) => untilMs)),
    hasIdempotency: () => rows().idempotency.size > 0,
    usage: ({ from, to, after, limit }) =>
      [...rows().usage.values()]
        .filter(({ day }) => day >= from && day <= to)
        .filter((row) => after === undefined || usageKey(row) > usageKey(after))
        .toSorted((one, other) => (usageKey(one) < usageKey(other) ? -1 : 1))
        .slice(0, limit),
    entries: ({ kinds, before = Infinity, limit, keyId, ref, fromMs = 0, toMs = Infinity }) => {
      const all = entries().filter(
        (entry) =>
          kinds.includes(entry.kind) &&
          entry.seq < before &&
          entry.atMs >= fromMs &&
          entry.atMs < toMs &&
          (keyId ?? entry.keyId) === entry.keyId &&
          (ref ?? entry.ref) === entry.ref,
      );
      const page = all.toSorted((one, other) => other.seq - one.seq).slice(0, limit);
      return { entries: page, next: all.length > limit ? (page.at(-1)?.seq ?? null) : null };
    },
    count: (table) => rows()[table].size,
    violations: (nowMs) => memoryViolations(rows(), nowMs),
  };
}

/** Tables in memory. `rows` are what is stored: a ledger that is made anew over them is one whose process has ended. */
export function createMemoryTables(): LedgerTables & { rows(): MemoryRows } {
  let rows = noRows;
  const current = (): MemoryRows => rows;
  return {
    rows: current,
    read: readsOf(current),
    account: () => [...rows.account.values()][0],
    createTables: () => {},
    apply: (changes) => {
      rows = changes.reduce(changed, rows);
    },
    transaction: (work) => {
      const before = rows;
      try {
        return work();
      } catch (thrown) {
        rows = before;
        throw thrown;
      }
    },
  };
}
