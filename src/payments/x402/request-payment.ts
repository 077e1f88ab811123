import type { DirectAsking, DirectPayment, DirectPayments } from "../../charging/direct-payment.ts";
import { Problem } from "../../contract/problems.ts";
import type { Accepted } from "./accept-payment.ts";
import type { MakeOffer, Offer } from "./offer.ts";
import { paymentId, receiptHeader } from "./receipt.ts";
import { acceptedPayment, paymentRequired, receivedIn } from "./received.ts";
import { type Claimed, claimPayment, type SettlementOptions } from "./settlement.ts";
import { PAYMENT_HEADERS } from "./wire.ts";

/** What requests without a key pay with. */
export interface RequestPaymentOptions extends SettlementOptions {
  readonly makeOffer: MakeOffer;
  /** Whether all callers share the caches. */
  readonly isCacheShared: boolean;
}

/** What is known of a request's payment by now. */
interface Book {
  offer?: Offer;
  accepted?: Accepted;
  claimed?: Claimed;
  transaction?: string;
  waitedMs: number;
}

/** Adds the time that some work takes to what a request has waited. */
async function timed<Result>(book: Book, now: () => number, work: Promise<Result>): Promise<Result> {
  const begunMs = now();
  try {
    return await work;
  } finally {
    book.waitedMs += now() - begunMs;
  }
}

/** Creates the payment of one request. */
function createRequestPayment(options: RequestPaymentOptions, asking: DirectAsking): DirectPayment {
  const { makeOffer, isCacheShared, now } = options;
  const { request, address, maxPrice, hasLeft, onCommit } = asking;
  const received = receivedIn(request.headers);
  const book: Book = { waitedMs: 0 };
  const settle = async (): Promise<void> => {
    if (book.claimed === undefined) throw new Error("A payment is settled that was not claimed.");
    book.transaction = await timed(book, now, book.claimed.settle());
  };
  return {
    cacheOwner:
      isCacheShared || typeof received === "string" ? undefined : ownerOf(received.payload.authorization.from),
    quote: (price) => {
      if (maxPrice !== undefined && price > maxPrice) throw aboveMaximum(price, maxPrice);
      book.offer = makeOffer(request, price);
      if (received === "none") throw paymentRequired(price);
    },
    open: async (fingerprint) => {
      if (book.offer === undefined) throw new Error("A payment is claimed without a price.");
      book.accepted = await acceptedPayment(received, book.offer, now());
      if (hasLeft()) throw new Problem("request-cancelled", "The caller disconnected.");
      onCommit();
      const what = { kind: "request", fingerprint, address } as const;
      book.claimed = await timed(book, now, claimPayment(options, book.accepted, what));
    },
    // The payment covers all that the request asks, and was claimed before.
    hold: async () => ({ deliver: () => {}, fail: () => {} }),
    ledgerMs: () => book.waitedMs,
    identify: () => {},
    isCommitted: () => book.claimed !== undefined,
    settle,
    prepay: settle,
    // What was settled stays so: the same request with the same payment is answered again.
    refund: async () => book.claimed?.unanswered(),
    end: async () => book.claimed?.letGo(),
    report: () => reportOf(book),
    problemHeaders: (error) =>
      book.offer === undefined ? {} : { [PAYMENT_HEADERS.required]: book.offer.header(error) },
  };
}

/** Whose cache entries those of a payer are: no account's id is like it. */
function ownerOf(payer: string): string {
  return `x402 ${payer.toLowerCase()}`;
}

function aboveMaximum(price: number, maxPrice: number): Problem {
  const detail = `The price is ${price} micro-US-dollars; the request's Max-Price is ${maxPrice}.`;
  return new Problem("price-above-maximum", detail, { members: { price } });
}

function reportOf({ accepted, claimed, transaction }: Book) {
  const nothing = { amount: 0, ids: [], isRepeat: false, balance: undefined, rate: undefined };
  if (accepted === undefined || claimed === undefined || transaction === undefined) return nothing;
  const amount = claimed.isRepeat ? 0 : Number(accepted.requirements.amount);
  return {
    ...nothing,
    amount,
    ids: [paymentId(accepted)],
    isRepeat: claimed.isRepeat,
    receipt: receiptHeader(accepted, transaction),
  };
}

/** Creates what requests without a key pay with, in one isolate. */
export function createRequestPayments(options: RequestPaymentOptions): DirectPayments {
  return { begin: (asking) => createRequestPayment(options, asking) };
}
