import type * as z from "zod";
import type { Entry } from "../accounts/ledger-admin.ts";
import { callersRequestId } from "../charging/ledger-request-id.ts";
import type { AccountFacts, KeyFacts, Status } from "../accounts/ledger-port.ts";
import type { AccountEntry, Key, Me } from "../contract/account-schemas.ts";
import type { Account } from "../contract/admin-schemas.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { isScope } from "../contract/scopes.ts";

/** A moment as replies have it. */
export function moment(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function momentOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : moment(timeMs);
}

function keyStatus({ revokedMs, expiresMs, retiresMs }: KeyFacts, nowMs: number): "active" | "expired" | "revoked" {
  if (revokedMs !== null) return "revoked";
  return Math.min(expiresMs ?? Infinity, retiresMs ?? Infinity) <= nowMs ? "expired" : "active";
}

function scopesOf({ terms }: KeyFacts) {
  return terms.scopes.filter(isScope);
}

/** Returns a key as replies have it. */
export function keyView(key: KeyFacts, nowMs: number): z.infer<typeof Key> {
  const { id, name, last4, successor } = key;
  const { tasks, caps, rates = [], concurrency } = key.terms;
  return {
    id,
    name,
    last4,
    status: keyStatus(key, nowMs),
    scopes: scopesOf(key),
    tasks: tasks === undefined ? null : [...tasks],
    caps: { day: caps?.day ?? null, month: caps?.month ?? null, total: caps?.total ?? null },
    rates: [...rates],
    concurrency: concurrency ?? null,
    created: moment(key.createdMs),
    expires: momentOrNull(key.expiresMs),
    revoked: momentOrNull(key.revokedMs),
    successor,
    retires: momentOrNull(key.retiresMs),
  };
}

/** Returns what a key's owner may know, as `GET /v1/me` has it. */
export function meView({ account, key, spent, openRequests, resets }: Status): z.infer<typeof Me> {
  const { tasks, caps = {}, rates = [], concurrency } = key.terms;
  const [dayEnd, monthEnd] = [moment(resets.dayMs), moment(resets.monthMs)];
  return {
    account: { id: account.id, name: account.name, status: account.status },
    key: { id: key.id, name: key.name, last4: key.last4, expires: momentOrNull(key.expiresMs) },
    scopes: scopesOf(key),
    tasks: tasks === undefined ? null : [...tasks],
    unit: MICRO_USD,
    balance: account.balance,
    held: account.held,
    credit_limit: account.creditLimit,
    caps: {
      day: { cap: caps.day ?? null, spent: spent.day, resets: dayEnd },
      month: { cap: caps.month ?? null, spent: spent.month, resets: monthEnd },
      total: { cap: caps.total ?? null, spent: spent.total, resets: null },
    },
    account_cap: { cap: account.capMonth, spent: spent.accountMonth, resets: monthEnd },
    rate: { policies: [...rates], concurrency: { limit: concurrency ?? null, in_progress: openRequests } },
  };
}

/** Returns an account as the operator sees it. */
export function accountView(account: AccountFacts): z.infer<typeof Account> {
  const { id, name, mode, money, status, balance, held, creditLimit, capMonth, createdMs } = account;
  const limits = { credit_limit: creditLimit, cap_month: capMonth };
  return { id, name, mode, money, status, unit: MICRO_USD, balance, held, ...limits, created: moment(createdMs) };
}

/** Returns an entry as replies have it. */
export function entryView(entry: Entry): z.infer<typeof AccountEntry> {
  const { seq, kind, ref, amount, task, keyId, requestId, priceRevision, atMs } = entry;
  const from = {
    request_id: requestId === null ? null : callersRequestId(requestId),
    price_revision: priceRevision,
  };
  return { seq, kind, id: ref, amount, task, key: keyId, ...from, at: moment(atMs) };
}
