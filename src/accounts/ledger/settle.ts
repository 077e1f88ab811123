import type { Entry, UsageRow } from "../../accounts/ledger-admin.ts";
import type { Charge, Settled, SettledCharge, SettleRequest } from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { dayOf } from "../../accounts/periods.ts";
import { type Budget, overBudget, readBudget } from "./admit.ts";
import { whyNot } from "./identify.ts";
import { PAID_MS } from "./limits.ts";
import { outboxChange } from "./outbox.ts";
import { refuse, refusing } from "./refuse.ts";
import type { AccountRow, Change, HoldRow, KeyRow, PaidRow, Step } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import { areCharges, byId, distinct, isId, sumOf } from "./valid.ts";

/** What is known when a request settles. */
export interface SettleView {
  readonly account: AccountRow;
  readonly key: KeyRow | undefined;
  /** Reads what the key may spend; undefined if the key is. Not called if all that is charged is held or paid. */
  readonly budget: () => Budget | undefined;
  /** Of the ids that are charged or released. */
  readonly holds: readonly HoldRow[];
  readonly paid: readonly PaidRow[];
  readonly lastSeq: number;
}

/** Reads what a settlement is decided from. */
export function readSettle(read: LedgerReads, account: AccountRow, request: SettleRequest, nowMs: number): SettleView {
  const ids = request.charges.map(({ id }) => id);
  const key = read.keyById(request.keyId);
  return {
    account,
    key,
    budget: () => key && readBudget(read, { account, key, requestId: request.requestId }, nowMs),
    holds: read.holds([...ids, ...request.releases]),
    paid: read.paid(ids),
    lastSeq: read.lastSeq(),
  };
}

/** A charge that is written now, with what was agreed on at the hold. */
type Due = Omit<HoldRow, "placedMs" | "deadlineMs"> & Pick<Entry, "atMs">;

/**
 * Decides what is charged. A hold that stands is charged without a question. One that has expired is asked for anew, by the rules of a hold; if the money
 * is not there, nothing at all is written, and the answer must not be sent.
 */
export function decideSettle(view: SettleView, request: SettleRequest, nowMs: number): Step<Settled | Refusal> {
  const isValid =
    areCharges(request.charges) && areCharges(request.releases.map((id) => ({ id, amount: 0, task: "" })));
  if (!isValid || !isId(request.requestId)) return refusing(refuse({ code: "invalid-request", field: "charges" }));
  const paid = byId(view.paid.filter(({ untilMs }) => untilMs > nowMs));
  const holds = byId(view.holds);
  const unpaid = distinct(request.charges).filter(({ id }) => !paid.has(id));
  const refusal = lateRefusal(view, sumOf(unpaid.filter(({ id }) => !holds.has(id))), unpaid, nowMs);
  if (refusal !== undefined) return refusing(refusal);
  const due = unpaid.map((charge): Due => heldDue(holds.get(charge.id), nowMs) ?? lateDue(charge, request, nowMs));
  const charged = sumOf(due);
  const balance = view.account.balance - charged;
  return {
    reply: { type: "settled", charges: settledCharges(request, due, paid), charged, balance },
    changes: [
      ...due.flatMap((each, index) => chargeChanges(view.account, each, view.lastSeq + 1 + index, nowMs)),
      ...(due.length > 0 ? [accountChange({ ...view.account, balance })] : []),
      ...endedHolds(view.holds, request),
    ],
  };
}

/** Why charges whose holds have expired are not charged afresh. */
function lateRefusal(
  { account, key, budget: readIt, holds }: SettleView,
  price: number,
  unpaid: readonly Charge[],
  nowMs: number,
): Refusal | undefined {
  const standing = byId(holds);
  if (unpaid.every(({ id }) => standing.has(id))) return undefined;
  const refusal = whyNot(account, key, undefined, nowMs);
  const budget = refusal === undefined ? readIt() : undefined;
  if (refusal !== undefined || budget === undefined) return refusal;
  return overBudget(budget, price, nowMs);
}

/** A charge is not booked before its hold: the day whose caps admitted it, or a later one, bears it, whatever the clock does. */
function heldDue(hold: HoldRow | undefined, nowMs: number): Due | undefined {
  if (hold === undefined) return undefined;
  const { placedMs, deadlineMs: _deadline, ...due } = hold;
  return { ...due, atMs: Math.max(nowMs, placedMs) };
}

function lateDue({ id, amount, task }: Charge, request: SettleRequest, nowMs: number): Due {
  const { keyId, requestId, priceRevision } = request;
  return { id, amount, task, keyId, requestId, priceRevision, atMs: nowMs };
}

/** An entry, which makes its id free, the day's usage and, if the account is billed later, a row for the biller. */
function chargeChanges({ mode }: AccountRow, due: Due, seq: number, nowMs: number): readonly Change[] {
  const { id, amount, ...facts } = due;
  const { keyId, task, atMs } = facts;
  const entry: Entry = { ...facts, seq, kind: "charge", ref: id, amount: -amount, reverses: null };
  const usage: UsageRow = { day: dayOf(atMs), keyId, task, answers: 1, amount, refunded: 0 };
  return [
    { type: "put", table: "entries", row: entry },
    { type: "add", table: "usage", row: usage },
    ...outboxChange(mode, entry, nowMs),
  ];
}

/** The change of the account's row. */
export function accountChange(row: AccountRow): Change {
  return { type: "put", table: "account", row };
}

/** The holds of what is charged end, whoever joined them; those of the rest only if they belong to this request. */
function endedHolds(holds: readonly HoldRow[], { charges, requestId }: SettleRequest): readonly Change[] {
  const charged = new Set(charges.map(({ id }) => id));
  return holds
    .filter((row) => charged.has(row.id) || row.requestId === requestId)
    .map(({ id }): Change => ({ type: "drop", table: "holds", id }));
}

function settledCharges(
  request: SettleRequest,
  due: readonly Due[],
  paid: ReadonlyMap<string, PaidRow>,
): readonly SettledCharge[] {
  const charged = byId(due);
  return distinct(request.charges).flatMap(({ id }): SettledCharge[] => {
    const charge = charged.get(id);
    if (charge !== undefined) {
      return [{ id, amount: charge.amount, isRepeat: false, paidUntilMs: charge.atMs + PAID_MS }];
    }
    const row = paid.get(id);
    return row === undefined ? [] : [{ id, amount: 0, isRepeat: true, paidUntilMs: row.untilMs }];
  });
}
