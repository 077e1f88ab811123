import type { NewKey } from "../../accounts/ledger-admin.ts";
import type { KeyFacts, KeyTerms } from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { endedKey } from "./identify.ts";
import { MAX_GRACE_MS, MAX_KEYS } from "./limits.ts";
import { refuse, refusing } from "./refuse.ts";
import type { Change, KeyRow, Step } from "./rows.ts";
import { isAmount, isId, isName } from "./valid.ts";

/** A key as its owner sees it. */
export type KeyReply = KeyFacts & { readonly type: "key" };

/** What a new key is called and may do. */
export interface KeyRequest extends NewKey {
  readonly name: string;
  readonly terms: KeyTerms;
  readonly expiresMs: number | null;
}

/** A key without its hash, as others may see it. */
export function keyFacts({ hash: _hash, family: _family, ...facts }: KeyRow): KeyFacts {
  return facts;
}

/** A key that was made or changed, with the rows to write. */
export function done(row: KeyRow, rows: readonly KeyRow[]): Step<KeyReply> {
  return {
    reply: { type: "key", ...keyFacts(row) },
    changes: rows.map((each): Change => ({ type: "put", table: "keys", row: each })),
  };
}

/** The key that an earlier call with the same id and hash has made. */
function madeBefore(keys: readonly KeyRow[], { id, hash }: NewKey): KeyRow | undefined {
  return keys.find((key) => key.id === id && key.hash === hash);
}

function whyNoKey(keys: readonly KeyRow[], { id, hash }: NewKey): Refusal | undefined {
  if (!isId(id) || !isId(hash)) return refuse({ code: "invalid-request", field: "id" });
  if (keys.some((key) => key.id === id || key.hash === hash)) return refuse({ code: "key-id-taken" });
  return keys.length >= MAX_KEYS ? refuse({ code: "too-many-keys", limit: MAX_KEYS }) : undefined;
}

/** Makes a key. The same id and hash again return the key that is there. */
export function decideCreateKey(keys: readonly KeyRow[], request: KeyRequest, nowMs: number): Step<KeyReply | Refusal> {
  const field = invalidField(request);
  if (field !== undefined) return refusing(refuse({ code: "invalid-request", field }));
  const known = madeBefore(keys, request);
  if (known !== undefined) return done(known, []);
  const refusal = whyNoKey(keys, request);
  if (refusal !== undefined) return refusing(refusal);
  const { id, hash, last4, name, terms, expiresMs } = request;
  const dates = { createdMs: nowMs, expiresMs, revokedMs: null, retiresMs: null };
  const row: KeyRow = { id, family: id, hash, last4, name, terms, ...dates, successor: null };
  return done(row, [row]);
}

/** Returns the field of a key that cannot be stored; undefined if all can. */
export function invalidField({
  name,
  terms,
  expiresMs,
}: Pick<KeyRequest, "name" | "terms" | "expiresMs">): string | undefined {
  const limits = [terms.caps?.day, terms.caps?.month, terms.caps?.total, terms.concurrency];
  const rules = {
    name: isName(name),
    terms:
      limits.every((limit) => limit === undefined || isAmount(limit)) &&
      (terms.rates ?? []).every(({ requests, seconds }) => isPositive(requests) && isPositive(seconds)),
    expiresMs: expiresMs === null || Number.isSafeInteger(expiresMs),
  };
  return Object.entries(rules).find(([, isRight]) => !isRight)?.[0];
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** A rotation: which key gets which successor, and for how long it stays valid beside it. */
export interface Rotation {
  readonly keyId: string;
  readonly successor: NewKey;
  /** Between 0 and `MAX_GRACE_MS`. */
  readonly graceMs: number;
}

/** Makes the successor of a valid key. Repeating it with the same successor changes nothing: the grace does not begin anew. */
export function decideRotateKey(
  keys: readonly KeyRow[],
  { keyId, successor, graceMs }: Rotation,
  nowMs: number,
): Step<KeyReply | Refusal> {
  const isGrace = Number.isSafeInteger(graceMs) && graceMs >= 0 && graceMs <= MAX_GRACE_MS;
  if (!isGrace) return refusing(refuse({ code: "invalid-request", field: "graceMs" }));
  const old = keys.find(({ id }) => id === keyId);
  if (old === undefined) return refusing(refuse({ code: "not-found" }));
  const known = madeBefore(keys, successor);
  if (known !== undefined && old.successor === known.id) return done(known, []);
  if (old.successor !== null) return refusing(refuse({ code: "key-rotated", successor: old.successor }));
  const refusal = endedKey(old, nowMs) === undefined ? whyNoKey(keys, successor) : refuse({ code: "not-found" });
  return refusal === undefined ? rotate(old, successor, graceMs, nowMs) : refusing(refusal);
}

function rotate(old: KeyRow, { id, hash, last4 }: NewKey, graceMs: number, nowMs: number): Step<KeyReply> {
  const row: KeyRow = { ...old, id, hash, last4, createdMs: nowMs };
  return done(row, [{ ...old, successor: id, retiresMs: nowMs + graceMs }, row]);
}

/** Ends a key at once, also one that has ended: then its owner knows that it was revoked. */
export function decideRevokeKey(key: KeyRow | undefined, nowMs: number): Step<KeyReply | Refusal> {
  if (key === undefined) return refusing(refuse({ code: "not-found" }));
  const row = { ...key, revokedMs: key.revokedMs ?? nowMs };
  return done(row, [row]);
}
