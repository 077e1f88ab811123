import type { Entry, UsageRow } from "../../src/accounts/ledger-admin.ts";
import type {
  AccountRow,
  BillingRow,
  Change,
  HoldRow,
  IdempotencyRow,
  KeyRow,
  OutboxRow,
  RefundKeyRow,
} from "../../src/accounts/ledger/rows.ts";

/** All rows of one account, by their keys. */
export interface MemoryRows {
  readonly account: ReadonlyMap<string, AccountRow>;
  readonly keys: ReadonlyMap<string, KeyRow>;
  readonly holds: ReadonlyMap<string, HoldRow>;
  readonly entries: ReadonlyMap<number, Entry>;
  readonly idempotency: ReadonlyMap<string, IdempotencyRow>;
  readonly outbox: ReadonlyMap<string, OutboxRow>;
  readonly refundKeys: ReadonlyMap<string, RefundKeyRow>;
  readonly billing: ReadonlyMap<string, BillingRow>;
  readonly usage: ReadonlyMap<string, UsageRow>;
}

/** No rows: an account that was never created. */
export const noRows: MemoryRows = {
  account: new Map(),
  keys: new Map(),
  holds: new Map(),
  entries: new Map(),
  idempotency: new Map(),
  outbox: new Map(),
  refundKeys: new Map(),
  billing: new Map(),
  usage: new Map(),
};

function add(rows: ReadonlyMap<string, UsageRow>, row: UsageRow): ReadonlyMap<string, UsageRow> {
  const id = JSON.stringify([row.day, row.keyId, row.task]);
  const { answers = 0, amount = 0, refunded = 0 } = rows.get(id) ?? {};
  const sum = { answers: answers + row.answers, amount: amount + row.amount, refunded: refunded + row.refunded };
  return new Map(rows).set(id, { ...row, ...sum });
}

function purged(
  rows: MemoryRows["idempotency"],
  { endedMs, atMost }: Extract<Change, { readonly type: "purge" }>,
): MemoryRows["idempotency"] {
  const ended = [...rows.values()].filter(({ untilMs }) => untilMs <= endedMs).slice(0, atMost);
  const gone = new Set(ended.map(({ id }) => id));
  return new Map([...rows].filter(([id]) => !gone.has(id)));
}

/** Returns the rows after a change. */
export function changed(rows: MemoryRows, change: Change): MemoryRows {
  if (change.type === "add") return { ...rows, usage: add(rows.usage, change.row) };
  if (change.type === "purge") return { ...rows, idempotency: purged(rows.idempotency, change) };
  const table = new Map<unknown, unknown>(rows[change.table]);
  if (change.type === "drop") table.delete(change.id);
  else table.set(change.table === "entries" ? change.row.seq : change.row.id, change.row);
  return { ...rows, [change.table]: table };
}
