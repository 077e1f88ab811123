import type { Refusal } from "../accounts/ledger-refusal.ts";
import { createByteLru } from "../cache/byte-lru.ts";

/** Maximum number of generations of which an isolate remembers that they are paid: about 300 bytes each, as many as its cache has short answers. */
const MAX_PAID = 10_000;

/** Maximum number of accounts of which an isolate remembers that they have no credit. */
const MAX_EMPTY = 1000;

/**
 * Refusals of an account within `EMPTY_MS` after which the isolate refuses by itself: a flood. Not from the first on, since it cannot know which of the questions
 * the account has paid for elsewhere, and those are free.
 */
export const MANY_REFUSALS = 8;

/** How long an isolate answers by itself that an account has no credit, in milliseconds: credits may be seen so much later. */
export const EMPTY_MS = 1000;

/** A charge that an account has paid. */
export interface PaidCharge {
  readonly id: string;
  /** By the account's clock, in milliseconds since 1970. */
  readonly paidUntilMs: number;
}

/** An account's refusal for want of credit. */
export type NoCredit = Extract<Refusal, { readonly code: "insufficient-credits" }>;

/**
 * What an isolate remembers of accounts, so that it asks them less often. It may forget at any time. What is paid stays paid; what has no credit is asked
 * again after `EMPTY_MS`, so nothing here can be wrong for longer.
 */
export interface IsolateMemory {
  /** The charge of a generation, if the account has paid for it and it counts as paid still. */
  paid(account: string, generationKey: string): PaidCharge | undefined;
  addPaid(account: string, generationKey: string, charge: PaidCharge): void;
  /** The last refusal of an account that had `MANY_REFUSALS`, if a request at this price would be refused as well. */
  refusal(account: string, price: number): NoCredit | undefined;
  /** Remembers a refusal, unless holds were what stood in the way: they may end at any moment. */
  addRefusal(account: string, refusal: NoCredit): void;
  /** An account's balance was seen: one that grew has credit again. */
  sawBalance(account: string, balance: number): void;
}

interface Refusals {
  readonly last: NoCredit;
  readonly count: number;
  readonly sinceMs: number;
}

/** Creates the memory of an isolate. */
export function createIsolateMemory(now: () => number): IsolateMemory {
  const paid = createByteLru<PaidCharge>({ maxBytes: MAX_PAID, bytesOf: () => 1 });
  const empty = createByteLru<Refusals>({ maxBytes: MAX_EMPTY, bytesOf: () => 1 });
  const recent = (account: string): Refusals | undefined => {
    const refusals = empty.get(account);
    // Math.abs: a clock that was set back does not prolong it.
    return refusals !== undefined && Math.abs(now() - refusals.sinceMs) < EMPTY_MS ? refusals : undefined;
  };
  return {
    paid: (account, generationKey) => {
      const charge = paid.get(account + generationKey);
      return charge !== undefined && charge.paidUntilMs > now() ? charge : undefined;
    },
    addPaid: (account, generationKey, charge) => paid.set(account + generationKey, charge),
    refusal: (account, price) => {
      const { last, count } = recent(account) ?? { count: 0 };
      if (last === undefined || count < MANY_REFUSALS) return undefined;
      return price >= last.price ? { ...last, price } : undefined;
    },
    addRefusal: (account, last) => {
      if (last.balance - last.price >= -last.creditLimit) return;
      const { count, sinceMs } = recent(account) ?? { count: 0, sinceMs: now() };
      empty.set(account, { last, count: count + 1, sinceMs });
    },
    sawBalance: (account, balance) => {
      const refusals = empty.get(account);
      if (refusals === undefined || balance <= refusals.last.balance) return;
      empty.set(account, { ...refusals, sinceMs: -Infinity });
    },
  };
}
