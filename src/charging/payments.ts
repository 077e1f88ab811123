import type { RandomBytes } from "../accounts/base62.ts";
import type { AccountLedger } from "../accounts/ledger-port.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import type { Scope } from "../contract/scopes.ts";
import type { Guard } from "./guard.ts";
import { createIsolateMemory } from "./isolate-memory.ts";
import { checkScope, checkTask, createKnownKeys, type KnownKey, readKey } from "./known-keys.ts";
import { ledgerRequestId } from "./ledger-request-id.ts";
import { createPayment, type Payment, type PaymentOptions } from "./payment.ts";

/** What a deployment with accounts is made of. */
export interface PaymentsOptions
  extends Pick<PaymentOptions, "holdMs" | "now">, Partial<Pick<PaymentOptions, "topUp">> {
  /** The one of the isolate. */
  readonly guard: Guard;
  readonly ledgerOf: (account: string) => AccountLedger;
  /** How long a key is trusted without asking its account, in milliseconds. */
  readonly trustedMs: number;
  readonly random: RandomBytes;
  /** Whether all accounts share the caches. */
  readonly isCacheShared: boolean;
  /** Runs work that the response does not wait for, and that may end after the caller has left (workerd's `waitUntil`). */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What is known of a request when its payment begins. */
export interface Asking extends Pick<
  PaymentOptions,
  "key" | "isFresh" | "idempotencyKey" | "maxPrice" | "hasLeft" | "onCommit" | "priceClass" | "isCounted"
> {
  /** The caller's. */
  readonly requestId: string;
}

/** The accounts of a deployment, as the routes that answer see them. */
export interface Payments {
  /**
   * Returns the key of a request that asks for answers, from its text. Throws the problem of one that may not: 401, 403, 429. `address` is whoever sent it. For another
   * scope, its account is always asked: what is changed there stays when the key is revoked.
   */
  authorize(text: string, address: string, scope?: Scope): Promise<KnownKey>;
  /** The same for what this deployment asks for the owner of a key, of which it knows only the hash: the key is checked again, and the guard counts nothing. */
  authorizeHash(payer: JobPayer): Promise<KnownKey>;
  /** Throws `scope-missing` for a task that the key may not ask for. */
  checkTask(key: KnownKey, task: string): void;
  /** Begins the payment of a request. */
  begin(asking: Asking): Payment;
  /** Whose entries the caches keep apart; undefined if all accounts share them. */
  cacheOwner(key: KnownKey): string | undefined;
  readonly waitUntil: PaymentsOptions["waitUntil"];
}

/** Creates the accounts of a deployment, in one isolate. */
export function createPayments(options: PaymentsOptions): Payments {
  const { ledgerOf, random, now, holdMs, isCacheShared, waitUntil, guard, topUp } = options;
  const memory = createIsolateMemory(now);
  const keys = createKnownKeys(options);
  const confirm = async (text: string, address: string): Promise<KnownKey> => {
    const unknown = await readKey(text);
    return guard.confirm({ keyHash: unknown.hash, address }, () => keys.confirm(unknown));
  };
  return {
    authorize: async (text, address, scope = "infer") => {
      const known = scope === "infer" ? keys.trusted(text) : undefined;
      if (known !== undefined) await guard.countRequest(known.hash);
      const key = known ?? (await confirm(text, address));
      keys.checked(key, () => checkScope(key, scope));
      return key;
    },
    authorizeHash: async (payer) => {
      const key = keys.trustedHash(payer) ?? (await keys.confirmHash(payer));
      keys.checked(key, () => checkScope(key, "infer"));
      return key;
    },
    checkTask: (key, task) => keys.checked(key, () => checkTask(key, task, "infer")),
    begin: (asking) =>
      createPayment({
        ...asking,
        connect: () => ({
          requestId: ledgerRequestId(asking.requestId, random),
          ledger: ledgerOf(asking.key.account),
        }),
        onKeyRefused: () => keys.forget(asking.key.text),
        memory,
        holdMs,
        topUp,
        now,
        random,
      }),
    cacheOwner: ({ account }) => (isCacheShared ? undefined : account),
    waitUntil,
  };
}
