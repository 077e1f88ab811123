import { keyHash, type KeyParts, parseKey } from "../accounts/key-codec.ts";
import type { AccountLedger, KeyTerms, Status } from "../accounts/ledger-port.ts";
import { createByteLru } from "../cache/byte-lru.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import type { Scope } from "../contract/scopes.ts";
import { refusalProblem } from "./refusal-problem.ts";

/** Maximum number of keys that an isolate knows: about 1 kB each. */
const MAX_KNOWN = 1000;

/** A key that its account has confirmed. */
export interface KnownKey {
  /** The whole key, as its owner sends it: never logged. */
  readonly text: string;
  readonly account: string;
  readonly hash: string;
  readonly terms: KeyTerms;
}

interface Confirmed extends KnownKey {
  readonly isOpen: boolean;
  readonly sinceMs: number;
  /** When the key ends by itself. */
  readonly endMs: number;
}

/** Options of `createKnownKeys`. */
export interface KnownKeysOptions {
  readonly ledgerOf: (account: string) => AccountLedger;
  /** How long a key is trusted without asking its account, in milliseconds. It decides only what costs nothing. */
  readonly trustedMs: number;
  readonly now: () => number;
}

/** The keys that an isolate knows, by their texts: so a known key is neither parsed nor hashed. */
export interface KnownKeys {
  /** Returns a key that was confirmed a short time ago. */
  trusted(text: string): KnownKey | undefined;
  /** The same for a key of which only the hash is known. */
  trustedHash(payer: JobPayer): KnownKey | undefined;
  /** Asks the account of a key, and returns it. Throws the problem of a key that is not valid. */
  confirm(unknown: UnknownKey): Promise<KnownKey>;
  /** The same for a key of which only the hash is known: its `text` is `hashText`. */
  confirmHash(payer: JobPayer): Promise<KnownKey>;
  /** An account has refused the key: it is asked the next time. */
  forget(text: string): void;
  /** Checks a key's terms. If that throws, the account is asked the next time: they may have been widened since. */
  checked(key: KnownKey, check: () => void): void;
}

/** A key that is spelled like one, or what is known of one that is. */
export interface UnknownKey {
  readonly text: string;
  readonly parts: Pick<KeyParts, "account">;
  readonly hash: string;
}

const HASH_PREFIX = "hash ";

/** What stands for the text of a key of which only the hash is known. No key is spelled so, and it is no credential: whoever sends it is asked for a key. */
export function hashText({ account, keyHash: hash }: JobPayer): string {
  return `${HASH_PREFIX}${account} ${hash}`;
}

/** Returns the parts of a key that nobody has looked up yet. Throws `key-invalid` for a text that is not spelled like one, without I/O. */
export function keyParts(text: string): KeyParts {
  const parts = parseKey(text);
  if (parts === undefined) throw refusalProblem({ type: "refused", code: "key-invalid" });
  return parts;
}

/** Returns a key that is spelled like one, with its hash. Throws as `keyParts` does. */
export async function readKey(text: string): Promise<UnknownKey> {
  const parts = keyParts(text);
  return { text, parts, hash: await keyHash(parts) };
}

function confirmed({ text, parts, hash }: UnknownKey, status: Status, sinceMs: number): Confirmed {
  const { terms, expiresMs, retiresMs } = status.key;
  const endMs = Math.min(expiresMs ?? Infinity, retiresMs ?? Infinity);
  return { text, account: parts.account, hash, terms, isOpen: status.account.status === "open", sinceMs, endMs };
}

/** Creates the memory of an isolate for keys. Keys that do not exist are not remembered: they would push out those that do. */
export function createKnownKeys({ ledgerOf, trustedMs, now }: KnownKeysOptions): KnownKeys {
  const known = createByteLru<Confirmed>({ maxBytes: MAX_KNOWN, bytesOf: () => 1 });
  const forget = (text: string): void => {
    const key = known.get(text);
    if (key !== undefined) known.set(text, { ...key, sinceMs: -Infinity });
  };
  const confirm: KnownKeys["confirm"] = async (unknown) => {
    const reply = await ledgerOf(unknown.parts.account).status(unknown.hash);
    if (reply.type === "refused") throw refusalProblem(reply);
    const key = confirmed(unknown, reply, now());
    if (!key.isOpen) throw refusalProblem({ type: "refused", code: "account-closed" });
    known.set(key.text, key);
    return key;
  };
  const recent = (text: string): KnownKey | undefined => {
    const key = known.get(text);
    // Math.abs: a clock that was set back does not prolong it.
    const isRecent = key !== undefined && Math.abs(now() - key.sinceMs) < trustedMs && now() < key.endMs;
    return isRecent && key.isOpen ? key : undefined;
  };
  return {
    trusted: (text) => (text.startsWith(HASH_PREFIX) ? undefined : recent(text)),
    trustedHash: (payer) => recent(hashText(payer)),
    confirm,
    confirmHash: (payer) => {
      const { account, keyHash: hash } = payer;
      return confirm({ text: hashText(payer), parts: { account }, hash });
    },
    forget,
    checked: ({ text }, check) => {
      try {
        check();
      } catch (thrown) {
        forget(text);
        throw thrown;
      }
    },
  };
}

/** Throws `scope-missing` for a key that lacks a scope. */
export function checkScope({ terms: { scopes } }: Pick<KnownKey, "terms">, scope: Scope): void {
  if (!scopes.includes(scope)) throw refusalProblem({ type: "refused", code: "scope-missing", scope });
}

/** Throws `scope-missing` for a task that the key may not ask for. */
export function checkTask({ terms: { tasks } }: KnownKey, task: string, scope: Scope): void {
  if (tasks?.includes(task) === false) throw refusalProblem({ type: "refused", code: "scope-missing", scope, task });
}
