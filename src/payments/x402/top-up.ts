import type { KeyMode } from "../../accounts/key-codec.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { Problem } from "../../contract/problems.ts";
import { MAX_SIGNED_TOP_UP, MIN_SIGNED_TOP_UP } from "../../contract/top-ups.ts";
import type { SignedOrder, SignedSale, SignedTill, SignedTopUp } from "../../payments/signed-till.ts";
import type { Accepted } from "./accept-payment.ts";
import { accepted, type BoughtAccountOptions, hasBoughtAccount, makeBoughtAccount } from "./bought-account.ts";
import { isTestNetwork } from "./networks.ts";
import type { MakeOffer } from "./offer.ts";
import { paymentId, receiptHeader } from "./receipt.ts";
import { acceptedPayment, receivedIn } from "./received.ts";
import { type Claimed, claimPayment, type SettlementOptions } from "./settlement.ts";
import { PAYMENT_HEADERS } from "./wire.ts";

/** What sells credits for payments of x402. */
export interface TopUpOptions extends SettlementOptions, BoughtAccountOptions {
  readonly makeOffer: MakeOffer;
  /** The chain that payments are on. */
  readonly network: string;
}

/**
 * Fewest characters of the Idempotency-Key of a new account: it gives the key to whoever repeats the payment, which everybody can read on the chain, so that nobody
 * must guess it. A UUID has 36.
 */
export const MIN_SECRET_CHARACTERS = 22;

function unusable(message: string): Problem {
  return new Problem("invalid-request", `amount: ${message}`, { issues: [{ path: "amount", message }] });
}

/** Throws the problem of an order that no payment can be made for. */
function checkOrder({ account, amount, idempotencyKey = "" }: SignedOrder, money: KeyMode): void {
  if (amount < MIN_SIGNED_TOP_UP || amount > MAX_SIGNED_TOP_UP) {
    throw unusable(`Send ${MIN_SIGNED_TOP_UP} to ${MAX_SIGNED_TOP_UP} micro-US-dollars.`);
  }
  if (account === undefined && idempotencyKey.length < MIN_SECRET_CHARACTERS) {
    const detail = `A new account needs an Idempotency-Key of at least ${MIN_SECRET_CHARACTERS} random characters: with it, you get the same account and key again.`;
    throw new Problem("idempotency-key-invalid", detail);
  }
  if (account === undefined || account.money === money) return;
  const kinds = { live: "real money", test: "play money" } as const;
  const detail = `The account has ${kinds[account.money]}, and the chain of this deployment has ${kinds[money]}.`;
  throw new Problem("top-up-unavailable", detail);
}

/** The digest of what is bought: with another account, amount or Idempotency-Key, it is something else. */
function fingerprintOf({ account, amount, idempotencyKey }: SignedOrder): Promise<string> {
  const who = account === undefined ? ["new", idempotencyKey] : ["account", account.id];
  return sha256(JSON.stringify(["top-up", amount, ...who]));
}

function soldBefore(): Problem {
  const detail = "The payment's credits are in an account whose key can no longer be shown.";
  return new Problem("payment-in-use", detail);
}

/** Creates the sale of one request. */
function createSale(options: TopUpOptions, request: Request, order: SignedOrder): SignedSale {
  const { makeOffer, ledgerOf, network, now } = options;
  const money: KeyMode = isTestNetwork(network) ? "test" : "live";
  checkOrder(order, money);
  const offer = makeOffer(request, order.amount);
  /** The account that gets the credits. It is made after the payment was settled. */
  const accountOf = async (payment: Accepted, isDone: boolean): Promise<Pick<SignedTopUp, "account" | "key">> => {
    const { account, idempotencyKey = "" } = order;
    if (account !== undefined) return { account: account.id, key: undefined };
    const buyer = { payment: payment.name, payer: payment.payer, idempotencyKey, money };
    if (isDone && !(await hasBoughtAccount(options, buyer))) throw soldBefore();
    return makeBoughtAccount(options, buyer);
  };
  const write = async (payment: Accepted, claimed: Claimed): Promise<SignedTopUp> => {
    const transaction = await claimed.settle();
    const { account, key } = await accountOf(payment, claimed.isDone);
    const id = paymentId(payment);
    const credited = await ledgerOf(account).credit({ kind: "top-up", ref: id, amount: order.amount });
    const { balance } = accepted(credited);
    return { id, account, balance, key, headers: { [PAYMENT_HEADERS.response]: receiptHeader(payment, transaction) } };
  };
  return {
    pay: async () => {
      const payment = await acceptedPayment(receivedIn(request.headers), offer, now());
      const fingerprint = await fingerprintOf(order);
      const claimed = await claimPayment(options, payment, { kind: "top-up", fingerprint, address: order.address });
      const written = await write(payment, claimed);
      // Only so that the payment's object can be forgotten: the credits are there.
      await claimed.done().catch(() => undefined);
      return written;
    },
    problemHeaders: (error) => ({ [PAYMENT_HEADERS.required]: offer.header(error) }),
  };
}

/** Creates what sells credits for payments of x402, in one isolate. */
export function createSignedTill(options: TopUpOptions): SignedTill {
  return { begin: (request, order) => createSale(options, request, order) };
}
