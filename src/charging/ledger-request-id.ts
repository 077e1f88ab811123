import { randomBase62, type RandomBytes } from "../accounts/base62.ts";

/** Between the caller's id and ours: no id of a caller contains it. */
const SEPARATOR = ":";

/** Digits of our part: 71 bits. */
const OWN_DIGITS = 12;

/** Maximum length of the caller's part: with ours, it fits into an account's row. */
const MAX_CALLERS_CHARACTERS = 200;

/**
 * Returns the id of a request for its account, as in `3f6c2a52:a8Qx…`. Callers may send the same `X-Request-Id` with all their requests, but an account counts requests
 * in progress, and tells whose a hold is, by this id.
 */
export function ledgerRequestId(callersId: string, random: RandomBytes): string {
  return callersId.slice(0, MAX_CALLERS_CHARACTERS) + SEPARATOR + randomBase62(OWN_DIGITS, random);
}

/** Returns the caller's part of such an id: the `X-Request-Id` of the request. */
export function callersRequestId(id: string): string {
  return id.split(SEPARATOR, 1)[0] ?? id;
}
