import type { AccountLedger, Charge, Held, HoldRequest, SettledCharge } from "../accounts/ledger-port.ts";
import type { Refusal } from "../accounts/ledger-refusal.ts";
import { MAX_AMOUNT } from "../contract/micro-usd.ts";
import type { RateReply } from "../accounts/rate.ts";
import { PRICE_REVISION } from "../contract/prices.ts";
import type { Problem } from "../contract/problems.ts";
import type { IsolateMemory } from "./isolate-memory.ts";
import type { KnownKey } from "./known-keys.ts";
import { refusalProblem } from "./refusal-problem.ts";

/** How one request reaches its account. */
export interface Connection {
  readonly ledger: AccountLedger;
  /** Unique for the request. */
  readonly requestId: string;
}

/** What one request says to its account. */
export interface DialogueOptions extends Connection {
  readonly key: KnownKey;
  /** How long money is held, in milliseconds: longer than the request takes. */
  readonly holdMs: number;
  /** Whether the caller asked for a new generation (`no-store`, `no-cache`). */
  readonly isFresh: boolean;
  readonly idempotencyKey: string | undefined;
  /** In micro-US-dollars. */
  readonly maxPrice: number | undefined;
  /** Whether the request counts against the rates of its key; true by default. */
  readonly isCounted?: boolean | undefined;
  readonly memory: IsolateMemory;
  /** How the account gets credits, as problems say it. */
  readonly topUp: string | undefined;
  /** The account has refused the key. */
  readonly onKeyRefused: () => void;
  readonly now: () => number;
}

/** The replies of an account to one request. */
export interface Heard {
  /** Undefined where the account was not asked. */
  readonly balance: number | undefined;
  readonly rate: RateReply | undefined;
}

/** Of an account that was not asked. */
export const unheard: Heard = { balance: undefined, rate: undefined };

/** Creates what listens to an account: what it says to one request, how long that takes, and what other requests may know of it. */
function createListener({ key, memory, topUp, onKeyRefused, now }: DialogueOptions) {
  let waitedMs = 0;
  let heard = unheard;
  const hear = (more: Partial<Heard>): void => {
    heard = { ...heard, ...more };
    if (more.balance !== undefined) memory.sawBalance(key.account, more.balance);
  };
  return {
    timed: async <Reply>(reply: Promise<Reply>): Promise<Reply> => {
      const begunMs = now();
      try {
        return await reply;
      } finally {
        waitedMs += now() - begunMs;
      }
    },
    hear,
    refused: (refusal: Refusal): Problem => {
      if (refusal.code === "rate-limited") hear({ rate: refusal.rate });
      if (refusal.code === "insufficient-credits") memory.addRefusal(key.account, refusal);
      if (refusal.code.startsWith("key-")) onKeyRefused();
      return refusalProblem(refusal, topUp);
    },
    waitedMs: (): number => waitedMs,
    heard: (): Heard => heard,
  };
}

/** Creates the dialogue of one request with its account. Refusals are problems; `hold` returns them, since they concern what was asked last. */
export function createDialogue(options: DialogueOptions) {
  const { ledger, key, memory, requestId, topUp } = options;
  const { timed, hear, refused, waitedMs, heard } = createListener(options);
  let fingerprint = "";
  let keyId = "";
  return {
    identify: (text: string) => void (fingerprint = text),
    hold: async (charges: readonly Charge[], before: HeldBefore): Promise<Held | Problem> => {
      const known = memory.refusal(key.account, priceOf(charges));
      if (known !== undefined) return refusalProblem(known, topUp);
      const reply = await timed(ledger.hold(holdRequest(options, charges, { fingerprint, ...before })));
      if (reply.type === "refused") return refused(reply);
      ({ keyId } = reply);
      hear({ balance: reply.balance, ...(reply.rate === undefined ? {} : { rate: reply.rate }) });
      return reply;
    },
    settle: async (charges: readonly Charge[], releases: readonly string[]): Promise<readonly SettledCharge[]> => {
      const reply = await timed(ledger.settle({ keyId, requestId, charges, priceRevision: PRICE_REVISION, releases }));
      if (reply.type === "refused") throw refused(reply);
      hear({ balance: reply.balance });
      return reply.charges;
    },
    /** Returns the ids that were given back. Never rejects: what is not given back stays paid, so that a repeat is free. */
    refund: async (ids: readonly string[]): Promise<readonly string[]> => {
      if (ids.length === 0) return [];
      const reply = await timed(ledger.refund(ids)).catch(() => undefined);
      if (reply?.type !== "refunded") return [];
      hear({ balance: reply.balance });
      return reply.ids;
    },
    /** Never rejects: what is not released ends by its deadline. */
    release: async (ids: readonly string[]): Promise<void> => {
      if (ids.length > 0) await ledger.release({ requestId, ids }).catch(() => undefined);
    },
    waitedMs,
    heard,
  };
}

function priceOf(charges: readonly Charge[]): number {
  return charges.reduce((sum, { amount }) => sum + amount, 0);
}

/** What the request has asked for before a hold. */
interface HeldBefore {
  /** Whether it was counted. */
  readonly isContinued: boolean;
  /** What it holds for other charges: it counts for the most that it wants to pay. */
  readonly heldMicroUsd: number;
}

function holdRequest(
  { key, requestId, holdMs, isFresh, idempotencyKey, maxPrice, isCounted = true }: DialogueOptions,
  charges: readonly Charge[],
  { fingerprint, isContinued, heldMicroUsd }: HeldBefore & { readonly fingerprint: string },
): HoldRequest {
  return {
    keyHash: key.hash,
    scope: "infer",
    requestId,
    charges,
    priceRevision: PRICE_REVISION,
    holdMs,
    isContinued: isContinued || !isCounted,
    maxPrice: maxPrice === undefined ? undefined : Math.min(MAX_AMOUNT, Math.max(0, maxPrice - heldMicroUsd)),
    idempotency: idempotencyKey === undefined ? undefined : { key: idempotencyKey, fingerprint, isExclusive: isFresh },
  };
}
