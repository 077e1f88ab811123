import type { RandomBytes } from "../accounts/base62.ts";
import type { Charge } from "../accounts/ledger-port.ts";
import type { RateReply } from "../accounts/rate.ts";
import type { Payer, PricedPrompt, Reserved } from "../contract/payer.ts";
import { Problem } from "../contract/problems.ts";
import { createChargeIds } from "./charge-ids.ts";
import { createDialogue, type DialogueOptions } from "./dialogue.ts";
import type { PaidCharge } from "./isolate-memory.ts";
import {
  asked,
  delivered,
  deliveredFree,
  dueCharges,
  held,
  heldCharges,
  heldExcept,
  idsIn,
  noPurchases,
  openIds,
  type Purchase,
  type Purchases,
  refused,
  reportOf,
  returned,
  settled,
} from "./purchases.ts";

/** What one request pays, and with what. */
export interface PaymentOptions extends DialogueOptions {
  /** Whether nobody waits for the answer any more. */
  readonly hasLeft: () => boolean;
  /** Called before the account is asked for a hold: from then on, the request is to be ended by `end`. */
  readonly onCommit: () => void;
  readonly random: RandomBytes;
}

/** What a request was charged, and what its account said. */
export interface PaymentReport {
  /** The sum of what this request was charged, less what was given back, in micro-US-dollars: 0 if all of it was a repeat. */
  readonly amount: number;
  /** The ids of its charges, free repeats included: one for each generation. */
  readonly ids: readonly string[];
  /** Whether the account had paid for every one of them before. */
  readonly isRepeat: boolean;
  /** What the account has left, in micro-US-dollars; below 0 if it may pay later. Undefined where the account was not asked. */
  readonly balance: number | undefined;
  readonly rate: RateReply | undefined;
}

/** The money of one request: hold, work, settle, send. All verbs throw `Problem` unless they say otherwise. */
export interface Payment extends Payer {
  /** Says what is asked for, so that an Idempotency-Key is not used for something else. */
  identify(fingerprint: string): void;
  /** Whether money is held, may be held or was taken: then the work goes on although the caller has left. */
  isCommitted(): boolean;
  /** Charges what was delivered, and ends the other holds. Without it, the answer is not sent. */
  settle(): Promise<void>;
  /** Charges all that is held, before a stream begins. */
  prepay(): Promise<void>;
  /** Gives back what this request was charged, if it can. Never rejects. */
  refund(): Promise<void>;
  /** Ends what is still held. Never rejects: what it cannot end, ends by its deadline. */
  end(): Promise<void>;
  report(): PaymentReport;
}

/** Creates the payment of one request, which holds nothing yet. */
export function createPayment(options: PaymentOptions): Payment {
  const dialogue = createDialogue(options);
  const chargesFor = createChargeIds({ ...options, account: options.key.account });
  let rows = noPurchases;
  const reserve = async (wanted: readonly Purchase[]): Promise<void> => {
    if (options.hasLeft()) throw new Problem("request-cancelled", "The caller disconnected.");
    options.onCommit();
    const charges = wanted.map(({ charge }) => charge);
    rows = asked(rows, wanted);
    const reply = await dialogue.hold(charges, heldExcept(rows, charges));
    rows = reply instanceof Problem ? refused(rows, charges) : held(rows, reply.charges);
    if (reply instanceof Problem) throw reply;
    remember(options, rows, reply.charges);
  };
  const settle = async (due: readonly Charge[]): Promise<void> => {
    if (due.length === 0) return;
    const releases = openIds(rows, due);
    const charges = await dialogue.settle(due, releases);
    rows = settled(rows, charges, releases);
    remember(options, rows, charges);
  };
  return {
    hold: async (prompts, isCached): Promise<Reserved> => {
      const free = isCached ? remembered(options, prompts) : undefined;
      if (free !== undefined) return { deliver: () => void (rows = deliveredFree(rows, free)) };
      const wanted = await chargesFor(prompts);
      await reserve(wanted);
      return { deliver: () => void (rows = delivered(rows, wanted)) };
    },
    ledgerMs: dialogue.waitedMs,
    identify: dialogue.identify,
    isCommitted: () => idsIn(rows, "asked", "held", "charged").length > 0,
    settle: () => settle(dueCharges(rows)),
    prepay: () => settle(heldCharges(rows)),
    refund: async () => {
      rows = returned(rows, await dialogue.refund(idsIn(rows, "charged")));
    },
    end: () => dialogue.release(openIds(rows)),
    report: () => ({ ...reportOf(rows), ...dialogue.heard() }),
  };
}

/** A charge as an account replies with it. */
type Replied = { readonly id: string; readonly paidUntilMs?: number };

/** Remembers what is paid. A new generation, which `no-store` and `no-cache` ask for, is never asked for again by the same id. */
function remember({ key, memory, isFresh }: PaymentOptions, rows: Purchases, charges: readonly Replied[]): void {
  for (const { id, paidUntilMs } of isFresh ? [] : charges) {
    const generationKey = rows.get(id)?.generationKey;
    if (generationKey === undefined || paidUntilMs === undefined) continue;
    memory.addPaid(key.account, generationKey, { id, paidUntilMs });
  }
}

/** Returns the charges of prompts that are free without asking the account; undefined if it must be asked. An Idempotency-Key is always its to judge. */
function remembered(
  { key, memory, isFresh, idempotencyKey }: PaymentOptions,
  prompts: readonly PricedPrompt[],
): readonly PaidCharge[] | undefined {
  if (isFresh || idempotencyKey !== undefined) return undefined;
  const paid = prompts.flatMap(({ generationKey }) => memory.paid(key.account, generationKey) ?? []);
  return paid.length === prompts.length ? paid : undefined;
}
