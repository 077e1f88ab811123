import { Problem } from "../../contract/problems.ts";
import { type Accepted, acceptPayment } from "./accept-payment.ts";
import type { Offer } from "./offer.ts";
import type { PaymentPayload } from "./schemas.ts";
import { PAYMENT_HEADERS, parsePayment } from "./wire.ts";

/** The payment that a request brings: `none`, or one that cannot be read. */
export type Received = PaymentPayload | "none" | "unreadable";

/** Returns the payment of a request, as it was sent. */
export function receivedIn(headers: Headers): Received {
  const header = headers.get(PAYMENT_HEADERS.signature);
  return header === null ? "none" : (parsePayment(header) ?? "unreadable");
}

/** Returns the payment if it is what is offered. Throws `payment-required` or `payment-invalid`; asks nobody. */
export async function acceptedPayment(received: Received, offer: Offer, nowMs: number): Promise<Accepted> {
  const price = Number(offer.requirements.amount);
  if (received === "none") throw paymentRequired(price);
  const accepted =
    received === "unreadable"
      ? "The PAYMENT-SIGNATURE header is no payment of x402 version 2 with the scheme exact and EIP-3009."
      : await acceptPayment(received, offer.requirements, nowMs);
  if (typeof accepted === "string") throw new Problem("payment-invalid", accepted, { members: { price } });
  return accepted;
}

/** The problem of a request that brings no payment. */
export function paymentRequired(price: number): Problem {
  const detail = `The request brings no payment; its price is ${price} micro-US-dollars.`;
  return new Problem("payment-required", detail, { members: { price } });
}
