import { MAX_REMEMBERED_HOLDS } from "./limits.ts";
import { createHoldReads, type HoldReads } from "./remembered-holds.ts";
import type { AccountRow, Change, HoldRow, KeyRow } from "./rows.ts";
import type { LedgerReads, LedgerTables } from "./tables.ts";

/** What is in memory of an account's tables. */
interface Remembered {
  account: AccountRow;
  /** By their ids, in the order in which they were made. */
  readonly keys: Map<string, KeyRow>;
  readonly keysByHash: Map<string, KeyRow>;
  /** Undefined if there were more than `maxHolds`: then they are read from the tables, until all is read anew. */
  holds: Map<string, HoldRow> | undefined;
  lastSeq: number;
  readonly maxHolds: number;
}

function byHash(keys: Iterable<KeyRow>): Map<string, KeyRow> {
  return new Map([...keys].map((key) => [key.hash, key]));
}

function readAll(tables: LedgerTables, maxHolds: number): Remembered | undefined {
  const { read } = tables;
  const row = tables.account();
  if (row === undefined) return undefined;
  const keys = read.keys();
  const hasFew = read.count("holds") <= maxHolds;
  return {
    account: row,
    keys: new Map(keys.map((key) => [key.id, key])),
    keysByHash: byHash(keys),
    holds: hasFew ? new Map(read.allHolds().map((hold) => [hold.id, hold])) : undefined,
    lastSeq: read.lastSeq(),
    maxHolds,
  };
}

function putHold(memory: Remembered, row: HoldRow): void {
  memory.holds?.set(row.id, row);
  if (memory.holds !== undefined && memory.holds.size > memory.maxHolds) memory.holds = undefined;
}

/** Does to the memory what a change does to the tables. */
function follow(memory: Remembered, change: Change): void {
  if (change.type === "drop" && change.table === "holds") memory.holds?.delete(change.id);
  if (change.type !== "put") return;
  if (change.table === "account") memory.account = change.row;
  if (change.table === "holds") putHold(memory, change.row);
  if (change.table === "entries") memory.lastSeq = Math.max(memory.lastSeq, change.row.seq);
  if (change.table !== "keys") return;
  // A key's hash never changes.
  memory.keys.set(change.row.id, change.row);
  memory.keysByHash.set(change.row.hash, change.row);
}

/** The reads of what is in memory; `known` is only called for an account that exists. */
function createReads(read: LedgerReads, known: () => Remembered): LedgerReads {
  const inMemory = createHoldReads(
    () => known().holds ?? new Map(),
    (keyId) => known().keys.get(keyId)?.family,
  );
  const holdReads = (): HoldReads => (known().holds === undefined ? read : inMemory);
  return {
    ...read,
    keyByHash: (hash) => known().keysByHash.get(hash),
    keyById: (id) => known().keys.get(id),
    keys: () => [...known().keys.values()],
    lastSeq: () => known().lastSeq,
    allHolds: () => holdReads().allHolds(),
    holds: (ids) => holdReads().holds(ids),
    held: () => holdReads().held(),
    heldBy: (...which) => holdReads().heldBy(...which),
    deadlineOf: (requestId) => holdReads().deadlineOf(requestId),
    dueHolds: (...times) => holdReads().dueHolds(...times),
    nextDeadline: () => holdReads().nextDeadline(),
  };
}

/** Tables with a memory. */
export interface RememberedTables extends LedgerTables {
  /** Number of the holds that are in memory; infinite if there are too many for it. */
  rememberedHolds(): number;
}

/**
 * Remembers what every verb reads of tables that nobody else writes: the account, its keys, its holds and the last entry's number. All of it is forgotten when a
 * transaction fails, and read anew; what checks the tables (`count`, `violations`) reads them.
 */
export function rememberTables(tables: LedgerTables, maxHolds = MAX_REMEMBERED_HOLDS): RememberedTables {
  let memory: Remembered | undefined;
  const remembered = (): Remembered | undefined => (memory ??= readAll(tables, maxHolds));
  const known = (): Remembered => {
    const found = remembered();
    if (found === undefined) throw new Error("There is no account.");
    return found;
  };
  return {
    createTables: () => tables.createTables(),
    account: () => remembered()?.account,
    read: createReads(tables.read, known),
    rememberedHolds: () => (memory === undefined ? 0 : (memory.holds?.size ?? Infinity)),
    apply: (changes) => {
      tables.apply(changes);
      if (memory !== undefined) for (const change of changes) follow(memory, change);
    },
    transaction: (work) => {
      try {
        return tables.transaction(work);
      } catch (thrown) {
        memory = undefined;
        throw thrown;
      }
    },
  };
}
