import type { RandomBytes } from "../accounts/base62.ts";
import type { Charge, Held } from "../accounts/ledger-port.ts";
import type { RateReply } from "../accounts/rate.ts";
import type { Payer, PricedPrompt, Reserved } from "../contract/payer.ts";
import { Problem } from "../contract/problems.ts";
import { type ChargeIdOptions, type ChargeIds, createChargeIds } from "./charge-ids.ts";
import { type Connection, createDialogue, type DialogueOptions, unheard } from "./dialogue.ts";
import { createHoldOrder } from "./hold-order.ts";
import type { PaidCharge } from "./isolate-memory.ts";
import { keptAs } from "./kept.ts";
import {
  asked,
  delivered,
  deliveredCopies,
  deliveredFree,
  dueCharges,
  givenUp,
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
export interface PaymentOptions extends Omit<DialogueOptions, keyof Connection>, Pick<ChargeIdOptions, "priceClass"> {
  /** Called once, when the account is to be asked: most repeats ask nobody. */
  readonly connect: () => Connection;
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
  /** The value of `PAYMENT-RESPONSE`, of a payment that came with the request. */
  readonly receipt?: string | undefined;
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

/** What is known of a request's charges by now. */
interface Book {
  rows: Purchases;
}

interface Records {
  readonly book: Book;
  readonly chargeIds: ChargeIds;
}

/** Creates what asks the account to hold money in the order of the request, and writes down what is held. */
function createAsk({ maxPrice }: PaymentOptions, dialogue: ReturnType<typeof createDialogue>, { book }: Records) {
  const order = createHoldOrder(maxPrice !== undefined);
  return (charges: readonly Charge[]): Promise<Held | Problem> =>
    order.run(async (isContinued) => {
      const reply = await dialogue.hold(charges, { isContinued, heldMicroUsd: heldExcept(book.rows, charges) });
      // The next hold in the order counts it.
      if (!(reply instanceof Problem)) book.rows = held(book.rows, reply.charges);
      return reply;
    });
}

/** Creates what reserves the price of purchases. */
function createReserve(options: PaymentOptions, dialogue: ReturnType<typeof createDialogue>, records: Records) {
  const { book, chargeIds } = records;
  const ask = createAsk(options, dialogue, records);
  const giveUp = (purchases: readonly Purchase[]): void => {
    chargeIds.giveBack(purchases);
    book.rows = givenUp(book.rows, chargesOf(purchases));
  };
  const deliver = (purchases: readonly Purchase[], isShared: boolean): void => {
    const shared = isShared ? deliveredCopies(book.rows, purchases) : [];
    giveUp(shared);
    const own = purchases.filter((purchase) => !shared.includes(purchase));
    book.rows = delivered(book.rows, own);
  };
  return async (wanted: readonly Purchase[]): Promise<Reserved> => {
    begin(options);
    book.rows = asked(book.rows, wanted);
    const reply = await ask(chargesOf(wanted)).catch((thrown: unknown) => {
      giveUp(wanted);
      throw thrown;
    });
    if (reply instanceof Problem) {
      giveUp(wanted);
      book.rows = refused(book.rows, chargesOf(wanted));
      throw reply;
    }
    remember(options, book.rows, reply.charges);
    return {
      deliver: (isShared) => deliver(wanted, isShared),
      fail: () => giveUp(wanted),
      keptAs: (generationKey) => keptAs(book.rows, wanted, { ...options, generationKey }),
    };
  };
}

function chargesOf(purchases: readonly Purchase[]): readonly Charge[] {
  return purchases.map(({ charge }) => charge);
}

/** What a request needs to ask its account. */
function createTalk(options: PaymentOptions, book: Book) {
  const dialogue = createDialogue({ ...options, ...options.connect() });
  const chargeIds = createChargeIds({ ...options, account: options.key.account });
  return { dialogue, chargeIds, reserve: createReserve(options, dialogue, { book, chargeIds }) };
}

type Talk = ReturnType<typeof createTalk>;

/** Creates the payment of one request, which holds nothing yet. */
export function createPayment(options: PaymentOptions): Payment {
  const book: Book = { rows: noPurchases };
  let talk: Talk | undefined;
  const talking = (): Talk => (talk ??= createTalk(options, book));
  const settle = async (due: readonly Charge[]): Promise<void> => {
    if (due.length === 0) return;
    const releases = openIds(book.rows, due);
    const charges = await talking().dialogue.settle(due, releases);
    book.rows = settled(book.rows, charges, releases);
    remember(options, book.rows, charges);
  };
  return {
    hold: async (prompts, isCached): Promise<Reserved> => {
      const free = isCached ? remembered(options, prompts) : undefined;
      if (free !== undefined) {
        return { deliver: () => void (book.rows = deliveredFree(book.rows, free)), fail: () => {} };
      }
      const { reserve, chargeIds } = talking();
      return reserve(await chargeIds.take(prompts));
    },
    ledgerMs: () => talk?.dialogue.waitedMs() ?? 0,
    identify: (fingerprint) => talking().dialogue.identify(fingerprint),
    isCommitted: () => idsIn(book.rows, "asked", "held", "charged").length > 0,
    settle: () => settle(dueCharges(book.rows)),
    prepay: () => settle(heldCharges(book.rows)),
    refund: async () => {
      const given = await talking().dialogue.refund(idsIn(book.rows, "charged"));
      book.rows = returned(book.rows, given);
    },
    end: async () => talk?.dialogue.release(openIds(book.rows)),
    report: () => ({ ...reportOf(book.rows), ...(talk?.dialogue.heard() ?? unheard) }),
  };
}

/** A request whose caller has left before holds nothing. */
function begin({ hasLeft, onCommit }: PaymentOptions): void {
  if (hasLeft()) throw new Problem("request-cancelled", "The caller disconnected.");
  onCommit();
}

/** A charge as an account replies with it. */
type Replied = { readonly id: string; readonly paidUntilMs?: number };

/** Remembers what is paid. Copies are not what others ask for. */
function remember({ key, memory }: PaymentOptions, rows: Purchases, charges: readonly Replied[]): void {
  for (const { id, paidUntilMs } of charges) {
    const { generationKey, copy } = rows.get(id) ?? {};
    if (generationKey === undefined || copy !== undefined || paidUntilMs === undefined) continue;
    memory.addPaid(key.account, generationKey, { id, paidUntilMs });
  }
}

/** Returns the charges of prompts that are free without asking the account; undefined if it must be asked. An Idempotency-Key is always its to judge. */
function remembered(
  { key, memory, idempotencyKey }: PaymentOptions,
  prompts: readonly PricedPrompt[],
): readonly PaidCharge[] | undefined {
  if (idempotencyKey !== undefined) return undefined;
  const paid = prompts.flatMap(({ generationKey }) => memory.paid(key.account, generationKey) ?? []);
  return paid.length === prompts.length ? paid : undefined;
}
