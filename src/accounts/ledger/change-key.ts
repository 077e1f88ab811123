import type { KeyChange, KeyTermChanges } from "../../accounts/ledger-admin.ts";
import type { KeyTerms } from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { endedKey } from "./identify.ts";
import { done, invalidField, type KeyReply } from "./keys.ts";
import { refuse, refusing } from "./refuse.ts";
import type { KeyRow, Step } from "./rows.ts";

function changed<Value>(before: Value | undefined, given: Value | null | undefined): Value | undefined {
  return given === undefined ? before : (given ?? undefined);
}

function changedTerms(terms: KeyTerms, { scopes, tasks, caps, concurrency, rates }: KeyTermChanges): KeyTerms {
  return {
    scopes: scopes ?? terms.scopes,
    tasks: changed(terms.tasks, tasks),
    caps: {
      day: changed(terms.caps?.day, caps?.day),
      month: changed(terms.caps?.month, caps?.month),
      total: changed(terms.caps?.total, caps?.total),
    },
    concurrency: changed(terms.concurrency, concurrency),
    rates: changed(terms.rates, rates),
  };
}

/**
 * Changes a valid key and all valid ones of its family, since they share their terms. A key that may change keys does not change itself: a program that is over its
 * budget would raise it. It is no bound for a thief, who makes another key; a key with the scope for it decides about all money of the account.
 */
export function decideChangeKey(keys: readonly KeyRow[], change: KeyChange, nowMs: number): Step<KeyReply | Refusal> {
  const key = keys.find(({ id }) => id === change.keyId);
  if (key === undefined || endedKey(key, nowMs) !== undefined) return refusing(refuse({ code: "not-found" }));
  const asking = keys.find(({ id }) => id === change.byKeyId);
  if (asking?.family === key.family) return refusing(refuse({ code: "own-key" }));
  const { name = key.name, terms = {}, expiresMs = key.expiresMs } = change;
  const facts = { name, terms: changedTerms(key.terms, terms), expiresMs };
  const field = invalidField(facts);
  if (field !== undefined) return refusing(refuse({ code: "invalid-request", field }));
  const family = keys.filter((each) => each.family === key.family && endedKey(each, nowMs) === undefined);
  return done(
    { ...key, ...facts },
    family.map((each) => ({ ...each, ...facts })),
  );
}
