import type { KeyParts } from "../accounts/key-codec.ts";
import type { AccountLedger, KeyTerms, Status } from "../accounts/ledger-port.ts";
import { createByteLru } from "../cache/byte-lru.ts";
import type { Scope } from "../contract/scopes.ts";
import { refusalProblem } from "./refusal-problem.ts";

/** Maximum number of keys that an isolate knows: about 1 kB each. */
const MAX_KNOWN = 1000;

/** A key that its account has confirmed. */
export interface KnownKey {
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

/** The keys that an isolate knows. */
export interface KnownKeys {
  /** Whether a key is known, so that its account is not asked. */
  has(hash: string): boolean;
  /** Returns a key that may be used with a scope. Throws the problem of one that may not. */
  require(parts: KeyParts, hash: string, scope: Scope): Promise<KnownKey>;
  /** An account has refused the key: it is asked the next time. */
  forget(hash: string): void;
}

function confirmed(account: string, hash: string, status: Status, sinceMs: number): Confirmed {
  const { terms, expiresMs, retiresMs } = status.key;
  const endMs = Math.min(expiresMs ?? Infinity, retiresMs ?? Infinity);
  return { account, hash, terms, isOpen: status.account.status === "open", sinceMs, endMs };
}

/** Creates the memory of an isolate for keys. Keys that do not exist are not remembered: they would push out those that do. */
export function createKnownKeys({ ledgerOf, trustedMs, now }: KnownKeysOptions): KnownKeys {
  const known = createByteLru<Confirmed>({ maxBytes: MAX_KNOWN, bytesOf: () => 1 });
  const trusted = (hash: string): Confirmed | undefined => {
    const key = known.get(hash);
    return key !== undefined && Math.abs(now() - key.sinceMs) < trustedMs && now() < key.endMs ? key : undefined;
  };
  const ask = async ({ account }: KeyParts, hash: string): Promise<Confirmed> => {
    const reply = await ledgerOf(account).status(hash);
    if (reply.type === "refused") throw refusalProblem(reply);
    const key = confirmed(account, hash, reply, now());
    known.set(hash, key);
    return key;
  };
  return {
    has: (hash) => trusted(hash) !== undefined,
    require: async (parts, hash, scope) => {
      const key = trusted(hash) ?? (await ask(parts, hash));
      if (!key.terms.scopes.includes(scope)) throw refusalProblem({ type: "refused", code: "scope-missing", scope });
      if (!key.isOpen) throw refusalProblem({ type: "refused", code: "account-closed" });
      return key;
    },
    forget: (hash) => {
      const key = known.get(hash);
      if (key !== undefined) known.set(hash, { ...key, sinceMs: -Infinity });
    },
  };
}

/** Throws `scope-missing` for a task that the key may not ask for. */
export function checkTask({ terms: { tasks } }: KnownKey, task: string, scope: Scope): void {
  if (tasks?.includes(task) === false) throw refusalProblem({ type: "refused", code: "scope-missing", scope, task });
}
