import type { ProblemCode } from "../contract/problems.ts";

/** What decides whether a stored key may be used. */
export interface StoredKey {
  /** `keyHash` of the key. */
  readonly hash: string;
  /** When the key ends, in milliseconds since 1970; a rotated key ends after its grace. */
  readonly expiresMs?: number | undefined;
  /** When its owner revoked it. */
  readonly revokedMs?: number | undefined;
}

/** Why a key is refused. */
export type KeyRefusal = Extract<ProblemCode, "key-invalid" | "key-revoked" | "key-expired">;

/**
 * Returns why a key is refused; `undefined` if it is good. `stored` is the row of its id, `undefined` if there is none. Only who holds the right secret
 * learns that a key was revoked or has expired: to anybody else, a key that never existed, one that exists and one that ended are the same.
 * Hashes are compared, not keys: the time of that comparison tells at most how a hash begins, from which no secret can be computed.
 */
export function keyRefusal(stored: StoredKey | undefined, hash: string, nowMs: number): KeyRefusal | undefined {
  if (stored === undefined || stored.hash !== hash) return "key-invalid";
  if (stored.revokedMs !== undefined) return "key-revoked";
  if (stored.expiresMs !== undefined && stored.expiresMs <= nowMs) return "key-expired";
  return undefined;
}
