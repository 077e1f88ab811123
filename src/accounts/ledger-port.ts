import type { KeyMode } from "./key-codec.ts";
import type { RatePolicy, RateReply } from "./rate.ts";
import type { Refusal } from "./ledger-refusal.ts";

/** Something to pay for: one generation. Money is in integer micro-US-dollars everywhere: 1,000,000 are one dollar. */
export interface Charge {
  /** Derived from the account and the generation key: while an id counts as paid, it is not charged again. */
  readonly id: string;
  /** The price: an integer of at least 0. */
  readonly amount: number;
  /** The task's name, by which usage is grouped and a key may be restricted. */
  readonly task: string;
}

/** Reserves the price of some work before it begins. All charges are admitted, or none. */
export interface HoldRequest {
  /** The key's SHA-256 in hexadecimal digits. The account checks it in the transaction that reserves the money. */
  readonly keyHash: string;
  /** The scope that the key must have. */
  readonly scope: string;
  /** Unique for each request: holds are released only by the request that joined them last. */
  readonly requestId: string;
  readonly charges: readonly Charge[];
  /** The revision of the price table that the amounts come from. */
  readonly priceRevision: string;
  /** How long the reservation stands, in milliseconds; at most `MAX_HOLD_MS`. The account's own clock counts. */
  readonly holdMs: number;
  readonly idempotency?: Idempotency | undefined;
  /** The most that the caller wants to pay for this request. */
  readonly maxPrice?: number | undefined;
  /** Whether the same request has asked for a hold before: it counts once against the rates of its key. */
  readonly isContinued?: boolean | undefined;
}

/** The caller's `Idempotency-Key`. */
export interface Idempotency {
  readonly key: string;
  /** Digest of what was asked for: another one with the same key is refused. */
  readonly fingerprint: string;
  /**
   * Whether a second request is refused while the first is in progress. Only for requests that share no work (`no-store`, `no-cache`): others join
   * the hold and the work that is in progress.
   */
  readonly isExclusive: boolean;
}

/** The state of one charge after a hold. `paid`: free, nothing is held for it. */
export type HeldCharge =
  | { readonly id: string; readonly state: "held"; readonly amount: number; readonly deadlineMs: number }
  | { readonly id: string; readonly state: "paid"; readonly amount: 0; readonly paidUntilMs: number };

/** The work may begin: the price is reserved until the deadline of each charge. */
export interface Held {
  readonly type: "held";
  readonly keyId: string;
  /** In the order of the request, each id once. */
  readonly charges: readonly HeldCharge[];
  /** Sum of what is held for this request: what it will cost. */
  readonly price: number;
  /** Before this request is charged. */
  readonly balance: number;
  /** Undefined if the key has no rate limit. */
  readonly rate: RateReply | undefined;
}

/** Charges what was held, of the work that succeeded; nothing of it, if the answer to one charge must be refused. Repeating it changes nothing. */
export interface SettleRequest {
  /** From the reply to the hold. */
  readonly keyId: string;
  readonly requestId: string;
  readonly charges: readonly Charge[];
  readonly priceRevision: string;
  /** Ids of the same request whose work failed: their holds end. */
  readonly releases: readonly string[];
}

/** A charge after it was settled. */
export interface SettledCharge {
  readonly id: string;
  /** What this call charged: 0 for a repeat. */
  readonly amount: number;
  /** Whether the id had been paid for before. */
  readonly isRepeat: boolean;
  readonly paidUntilMs: number;
}

/** The entries are written: the answer may be sent. */
export interface Settled {
  readonly type: "settled";
  readonly charges: readonly SettledCharge[];
  /** Sum of what this call charged. */
  readonly charged: number;
  readonly balance: number;
}

/** Ends holds without a charge. Holds that another request has joined since stay. */
export interface ReleaseRequest {
  readonly requestId: string;
  readonly ids: readonly string[];
}

/** What was given back. */
export interface Refunded {
  readonly type: "refunded";
  /** The ids whose last charge this call gave back; not those without a charge, or given back before. */
  readonly ids: readonly string[];
  readonly amount: number;
  readonly balance: number;
}

/** What a key's owner may know. */
export interface Status {
  readonly type: "status";
  readonly account: AccountFacts;
  readonly key: KeyFacts;
  readonly spent: Spent;
  /** Requests of the key, and of those it was rotated from or to, that hold money. */
  readonly openRequests: number;
  /** UTC ends of the periods. */
  readonly resets: { readonly dayMs: number; readonly monthMs: number };
}

/** What was charged, less what was given back, in the current UTC periods. The caps are compared with it, plus what is held. */
export interface Spent {
  /** By the key, and those it was rotated from or to. */
  readonly day: number;
  readonly month: number;
  readonly total: number;
  /** By the whole account. */
  readonly accountMonth: number;
}

/** An account as its owner and the operator see it. */
export interface AccountFacts {
  readonly id: string;
  readonly name: string;
  readonly mode: "prepaid" | "postpaid";
  /** Whether it holds money, or play money: what all its keys begin with. It never changes. */
  readonly money: KeyMode;
  /** The operator's word; money never changes it. */
  readonly status: "open" | "closed";
  /** Sum of all entries. */
  readonly balance: number;
  /** Sum of the holds: part of the balance that is reserved. */
  readonly held: number;
  /** How far below 0 the balance less the holds may go. */
  readonly creditLimit: number;
  /** The most that the account may spend in a UTC month; null: no cap. */
  readonly capMonth: number | null;
  readonly createdMs: number;
}

/** What a key may do. Undefined: no limit. */
export interface KeyTerms {
  readonly scopes: readonly string[];
  readonly tasks?: readonly string[] | undefined;
  readonly caps?: KeyCaps | undefined;
  /** Maximum number of requests that hold money at once. */
  readonly concurrency?: number | undefined;
  readonly rates?: readonly RatePolicy[] | undefined;
}

/** The most that a key may spend in a UTC day, in a UTC month and in total. */
export interface KeyCaps {
  readonly day?: number | undefined;
  readonly month?: number | undefined;
  readonly total?: number | undefined;
}

/** A key without its secret. */
export interface KeyFacts {
  readonly id: string;
  readonly name: string;
  /** The last four characters of the key. */
  readonly last4: string;
  readonly terms: KeyTerms;
  readonly createdMs: number;
  readonly expiresMs: number | null;
  readonly revokedMs: number | null;
  /** The key that replaces this one, and when the replaced one ends. */
  readonly successor: string | null;
  readonly retiresMs: number | null;
}

/**
 * The money of one account, as who sells answers sees it: hold, work, settle, send. Every verb may be repeated after a lost reply. Implementations
 * reject if the outcome is not known.
 */
export interface AccountLedger {
  hold(request: HoldRequest): Promise<Held | Refusal>;
  settle(request: SettleRequest): Promise<Settled | Refusal>;
  release(request: ReleaseRequest): Promise<{ readonly released: number }>;
  /** Gives back the last charge of each id, at most once. The ids still count as paid. */
  refund(ids: readonly string[]): Promise<Refunded | Refusal>;
  /** Authenticates a key without asking it for a scope. */
  status(keyHash: string): Promise<Status | Refusal>;
}
