import type { KeyMode } from "./key-codec.ts";
import type { AccountFacts, KeyFacts, KeyTerms } from "./ledger-port.ts";
import type { RatePolicy } from "./rate.ts";
import type { Refusal } from "./ledger-refusal.ts";

/** What the operator decides about an account. Amounts are in micro-US-dollars. */
export interface AccountTerms {
  readonly name: string;
  /** `postpaid` accounts have a row in the outbox for each charge, from which they are billed. */
  readonly mode: "prepaid" | "postpaid";
  readonly creditLimit: number;
  readonly capMonth: number | null;
}

/** A new account, with the id that its keys contain. */
export interface NewAccount extends AccountTerms {
  readonly id: string;
  /** `live` by default. */
  readonly money?: KeyMode | undefined;
}

/** Money in, or a correction. `ref` names the cause: the same one is written once. */
export interface Credit {
  readonly kind: "grant" | "top-up" | "adjust" | "reversal";
  readonly ref: string;
  /**
   * A positive integer; of `adjust`, any integer but 0 that leaves what is held; of `reversal`, any but 0: what a payment provider has taken back is gone, also if the
   * balance falls below the credit limit. At most `MAX_AMOUNT` (`contract/micro-usd.ts`).
   */
  readonly amount: number;
}

/** A credit was written, now or by an earlier call with the same `ref`. */
export interface Credited {
  readonly type: "credited";
  readonly seq: number;
  readonly isRepeat: boolean;
  readonly balance: number;
}

/** Which charge is given back. `ref` is the operator's word for it: the same one gives one charge back, once. */
export interface GiveBackRequest {
  readonly ref: string;
  /** The charge's id. */
  readonly charge: string;
}

/** A charge was given back, now or before. */
export interface GivenBack {
  readonly type: "given-back";
  /** Of the entry of the refund. */
  readonly seq: number;
  readonly amount: number;
  readonly isRepeat: boolean;
  readonly balance: number;
}

/** A key as its maker sees it; the secret stays with the maker. */
export interface NewKey {
  readonly id: string;
  readonly hash: string;
  readonly last4: string;
}

/** Changes of a key's terms: what is left out stays, null removes a limit. */
export interface KeyTermChanges {
  readonly scopes?: readonly string[] | undefined;
  readonly tasks?: readonly string[] | null | undefined;
  readonly caps?: { readonly [Period in "day" | "month" | "total"]?: number | null | undefined } | undefined;
  readonly concurrency?: number | null | undefined;
  readonly rates?: readonly RatePolicy[] | null | undefined;
}

/** What is changed of a key: what is left out stays. */
export interface KeyChange {
  readonly keyId: string;
  /** The key that asks for it; left out if the operator does. */
  readonly byKeyId?: string | undefined;
  readonly name?: string | undefined;
  readonly terms?: KeyTermChanges | undefined;
  /** Null: never. */
  readonly expiresMs?: number | null | undefined;
}

/** An entry of the account: append only. */
export interface Entry {
  /** Grows by at least 1 with each entry. */
  readonly seq: number;
  readonly kind: "grant" | "top-up" | "charge" | "refund" | "adjust" | "reversal";
  /** A charge's and a refund's is the charge's id. */
  readonly ref: string;
  /** Negative for charges. */
  readonly amount: number;
  readonly keyId: string | null;
  readonly task: string | null;
  readonly requestId: string | null;
  readonly priceRevision: string | null;
  /** Of a refund: the `seq` of the charge that it gives back. */
  readonly reverses: number | null;
  readonly atMs: number;
}

/** Which entries to list, newest first. */
export interface EntryQuery {
  readonly kinds: readonly Entry["kind"][];
  /** Only entries with a smaller `seq`: the `next` of the page before. */
  readonly before?: number | undefined;
  /** Between 1 and `MAX_PAGE`. */
  readonly limit: number;
  readonly keyId?: string | undefined;
  readonly ref?: string | undefined;
  /** Only entries of this moment or later, and before that one, in milliseconds since 1970. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** A page of entries; `next` is null if it is the last. */
export interface EntryPage {
  readonly entries: readonly Entry[];
  readonly next: number | null;
}

/** What was charged for a task, by a key, on a UTC day (`2026-11-30`). */
export interface UsageRow {
  readonly day: string;
  readonly keyId: string;
  readonly task: string;
  readonly answers: number;
  /** Sum of the charges, positive. */
  readonly amount: number;
  /** Part of `amount` that was given back later, on whichever day. */
  readonly refunded: number;
}

/** Days to report, both included. Rows are in the order of day, key and task, after `after`. */
export interface UsageQuery {
  readonly from: string;
  readonly to: string;
  readonly after?: Pick<UsageRow, "day" | "keyId" | "task"> | undefined;
  /** Between 1 and `MAX_PAGE`. */
  readonly limit: number;
}

/** A rule of the ledger that its tables contradict, with what was found. */
export interface Violation {
  readonly rule: string;
  readonly found: string;
}

/** The result of an audit. */
export interface Audit {
  readonly type: "audit";
  readonly balance: number;
  readonly entries: number;
  readonly holds: number;
  readonly violations: readonly Violation[];
}

type Reply<Value> = Promise<Value | Refusal>;

/** What the operator, or a key with the scope for it, does with an account. Whoever calls it has checked who asks. */
export interface AccountAdmin {
  /** Creates the account; one that exists is returned as it is. Before this call nothing is stored. */
  create(account: NewAccount): Reply<AccountFacts & { readonly type: "account" }>;
  describe(): Reply<AccountFacts & { readonly type: "account" }>;
  /** Changes what is given. */
  update(
    changes: Partial<AccountTerms & Pick<AccountFacts, "status">>,
  ): Reply<AccountFacts & { readonly type: "account" }>;
  credit(credit: Credit): Reply<Credited>;
  /** Gives the last charge of an id back. Refused as `idempotency-key-reused` if `ref` has asked for another charge, and as `not-found` without a charge. */
  giveBack(request: GiveBackRequest): Reply<GivenBack>;
  createKey(
    key: NewKey & { readonly name: string; readonly terms: KeyTerms; readonly expiresMs: number | null },
  ): Reply<KeyFacts & { readonly type: "key" }>;
  keys(): Reply<{ readonly type: "keys"; readonly keys: readonly KeyFacts[] }>;
  /** Makes a successor with the same name, terms and expiry; both have one budget. The old key ends after the grace, at its own expiry at the latest. */
  rotateKey(rotation: {
    readonly keyId: string;
    readonly successor: NewKey;
    readonly graceMs: number;
  }): Reply<KeyFacts & { readonly type: "key" }>;
  /** Changes a valid key, and with it those that it was rotated from or to: they share all of it. A key cannot change itself, or one of those. */
  changeKey(change: KeyChange): Reply<KeyFacts & { readonly type: "key" }>;
  /** Ends a key at once; what it holds can still be settled. */
  revokeKey(keyId: string): Reply<KeyFacts & { readonly type: "key" }>;
  usage(query: UsageQuery): Reply<{ readonly type: "usage"; readonly rows: readonly UsageRow[] }>;
  entries(query: EntryQuery): Reply<EntryPage & { readonly type: "entries" }>;
  audit(): Reply<Audit>;
}
