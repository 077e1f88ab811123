import type { Charge, Held, HeldCharge, HoldRequest } from "../../accounts/ledger-port.ts";
import type { RateReply } from "../../accounts/rate.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { type Budget, overBudget, readBudget } from "./admit.ts";
import { IDEMPOTENCY_MS, MAX_HOLD_MS } from "./limits.ts";
import { refuse, refusing } from "./refuse.ts";
import type { AccountRow, Change, HoldRow, IdempotencyRow, KeyRow, PaidRow, Step } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import { areCharges, byId, distinct, isAmount, isDuration, isId, sumOf } from "./valid.ts";

/** What is known when a valid key asks for a hold. */
export interface HoldView {
  readonly key: KeyRow;
  readonly rate: RateReply | undefined;
  readonly budget: Budget;
  /** Of the ids that are asked for. */
  readonly holds: readonly HoldRow[];
  readonly paid: readonly PaidRow[];
  readonly idempotency: IdempotencyRow | undefined;
  /** Until when the last request with this idempotency key holds money; undefined if it holds none. */
  readonly inProgressUntilMs: number | undefined;
}

/** Returns the field of a request that nobody should have sent; undefined if all is well. */
export function invalidHold({ requestId, charges, holdMs, maxPrice, idempotency }: HoldRequest): Refusal | undefined {
  const rules = {
    requestId: isId(requestId),
    charges: areCharges(charges),
    holdMs: isDuration(holdMs, MAX_HOLD_MS),
    maxPrice: maxPrice === undefined || isAmount(maxPrice),
    idempotency: idempotency === undefined || (isId(idempotency.key) && isId(idempotency.fingerprint)),
  };
  const wrong = Object.entries(rules).find(([, isRight]) => !isRight);
  return wrong && refuse({ code: "invalid-request", field: wrong[0] });
}

/** Reads what a hold is decided from. */
export function readHold(
  read: LedgerReads,
  { account, key }: { readonly account: AccountRow; readonly key: KeyRow },
  request: HoldRequest,
  nowMs: number,
): Omit<HoldView, "rate"> {
  const ids = request.charges.map(({ id }) => id);
  const idempotency = request.idempotency && read.idempotency(request.idempotency.key);
  return {
    key,
    budget: readBudget(read, { account, key, requestId: request.requestId }, nowMs),
    holds: read.holds(ids),
    paid: read.paid(ids),
    idempotency,
    inProgressUntilMs: idempotency && read.deadlineOf(idempotency.requestId),
  };
}

/** Decides whether money is reserved. The order is that of the statuses: 429, then 422 and 409, then 402. */
export function decideHold(view: HoldView, request: HoldRequest, nowMs: number): Step<Held | Refusal> {
  if (view.rate?.isAllowed === false) return refusing(refuse({ code: "rate-limited", rate: view.rate }));
  const misused = misusedIdempotency(view, request, nowMs);
  if (misused !== undefined) return refusing(misused);
  const parted = part(view, request, nowMs);
  const price = sumOf(parted.fresh) + sumOf(parted.joined);
  const refusal =
    (parted.fresh.length > 0 ? tooMany(view) : undefined) ??
    overMaximum(price, request.maxPrice) ??
    overBudget(view.budget, sumOf(parted.fresh), nowMs);
  if (refusal !== undefined) return refusing(refusal);
  const rows = [
    ...parted.fresh.map((charge) => freshHold(view.key.id, charge, request, nowMs)),
    ...parted.joined.map((row) => joinedHold(row, request, nowMs)),
  ];
  const changes: Change[] = rows.map((row) => ({ type: "put", table: "holds", row }));
  const charges = repliesFor(request, rows, parted.paid);
  const { balance } = view.budget.account;
  return {
    reply: { type: "held", keyId: view.key.id, charges, price, balance, rate: view.rate },
    changes: [...changes, ...idempotencyChange(view, request, rows.length > 0, nowMs)],
  };
}

function misusedIdempotency(view: HoldView, { idempotency, requestId }: HoldRequest, nowMs: number) {
  const known = view.idempotency;
  if (idempotency === undefined || known === undefined || known.untilMs <= nowMs) return undefined;
  if (known.fingerprint !== idempotency.fingerprint) return refuse({ code: "idempotency-key-reused" });
  const untilMs = view.inProgressUntilMs;
  if (!idempotency.isExclusive || known.requestId === requestId || untilMs === undefined) return undefined;
  return refuse({ code: "idempotency-in-progress", retryAfterMs: untilMs - nowMs });
}

/** Parts the charges into those that are free, those for which a hold stands, and new ones. */
function part({ holds, paid }: HoldView, { charges }: HoldRequest, nowMs: number) {
  const valid = byId(paid.filter(({ untilMs }) => untilMs > nowMs));
  const joined = holds.filter(({ id }) => !valid.has(id));
  const standing = byId(joined);
  return { paid: valid, joined, fresh: distinct(charges).filter(({ id }) => !valid.has(id) && !standing.has(id)) };
}

function tooMany({ key, budget: { otherRequests } }: HoldView): Refusal | undefined {
  const limit = key.terms.concurrency;
  return limit !== undefined && otherRequests >= limit ? refuse({ code: "too-many-at-once", limit }) : undefined;
}

function overMaximum(price: number, maximum: number | undefined): Refusal | undefined {
  return maximum !== undefined && price > maximum ? refuse({ code: "price-above-maximum", price, maximum }) : undefined;
}

function freshHold(keyId: string, { id, amount, task }: Charge, request: HoldRequest, nowMs: number): HoldRow {
  const { requestId, priceRevision, holdMs } = request;
  return { id, amount, task, requestId, keyId, priceRevision, placedMs: nowMs, deadlineMs: nowMs + holdMs };
}

/** The hold now belongs to the request that joined it: if the earlier one fails, its release does not take the money away. Who pays is not changed. */
function joinedHold(row: HoldRow, { requestId, holdMs }: HoldRequest, nowMs: number): HoldRow {
  return { ...row, requestId, deadlineMs: Math.max(row.deadlineMs, nowMs + holdMs) };
}

function repliesFor({ charges }: HoldRequest, rows: readonly HoldRow[], paid: ReadonlyMap<string, PaidRow>) {
  const held = byId(rows);
  return distinct(charges).flatMap(({ id }): HeldCharge[] => {
    const row = held.get(id);
    if (row !== undefined) return [{ id, state: "held", amount: row.amount, deadlineMs: row.deadlineMs }];
    const paidRow = paid.get(id);
    return paidRow === undefined ? [] : [{ id, state: "paid", amount: 0, paidUntilMs: paidRow.untilMs }];
  });
}

/** Remembers the key's fingerprint and its last request that holds money; a repeat that is free writes nothing. */
function idempotencyChange(
  { idempotency: known }: HoldView,
  { idempotency, requestId }: HoldRequest,
  isHolding: boolean,
  nowMs: number,
): readonly Change[] {
  if (idempotency === undefined) return [];
  const isKnown = known !== undefined && known.untilMs > nowMs;
  if (isKnown && (!isHolding || known.requestId === requestId)) return [];
  const { key: id, fingerprint } = idempotency;
  return [{ type: "put", table: "idempotency", row: { id, fingerprint, requestId, untilMs: nowMs + IDEMPOTENCY_MS } }];
}
