import type { RateReply } from "./rate.ts";

/** Why nothing was changed. `code` is a code of the problem table, except those that only administration sees; the rest is what its text needs. */
export type Refusal = { readonly type: "refused" } & RefusalReason;

/** The reasons, with amounts in micro-US-dollars. */
export type RefusalReason =
  /** No such account, or no such key in it. */
  | { readonly code: "key-invalid" | "key-revoked" | "account-closed" | "idempotency-key-reused" }
  | { readonly code: "key-expired"; readonly successor: string | null }
  /** `task` is set if the key has the scope, but is restricted to other tasks. */
  | { readonly code: "scope-missing"; readonly scope: string; readonly task?: string }
  | { readonly code: "rate-limited"; readonly rate: RateReply }
  | { readonly code: "too-many-at-once"; readonly limit: number }
  | { readonly code: "idempotency-in-progress"; readonly retryAfterMs: number }
  | { readonly code: "price-above-maximum"; readonly price: number; readonly maximum: number }
  /** Topping up does not help: the key's owner set the cap. */
  | ({ readonly code: "key-budget-exhausted"; readonly period: "day" | "month" | "total" } & CapFacts)
  | ({ readonly code: "spend-cap-reached" } & CapFacts)
  | {
      readonly code: "insufficient-credits";
      readonly price: number;
      readonly balance: number;
      readonly held: number;
      readonly creditLimit: number;
    }
  /** An amount, identifier or limit that is not allowed; the field's name. */
  | { readonly code: "invalid-request"; readonly field: string }
  /** Administration only: there is no such account or key. */
  | { readonly code: "not-found" }
  /** Administration only: a key that has a successor is not rotated again; its successor is. */
  | { readonly code: "key-rotated"; readonly successor: string }
  /** Administration only: a key asked for a change of itself, or of one that it was rotated from or to. */
  | { readonly code: "own-key" }
  /** Administration only: draw another id. */
  | { readonly code: "key-id-taken" }
  | { readonly code: "too-many-keys"; readonly limit: number };

/** The code of a refusal. */
export type RefusalCode = RefusalReason["code"];

/** What a cap has left. */
interface CapFacts {
  readonly price: number;
  readonly cap: number;
  /** Spent in the period, plus what is held. */
  readonly used: number;
  /** The end of the period; null: never. */
  readonly resetsMs: number | null;
}
