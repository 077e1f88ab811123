import { createMakeOffer } from "../../src/payments/x402/offer.ts";
import { createRequestPayments } from "../../src/payments/x402/request-payment.ts";
import { createPaidWorld } from "./paid-app.ts";
import { spelledBatch, street } from "./paid-requests.ts";
import { fakeTasks } from "./fake-service.ts";
import { type PaymentParts, signedPayment, terms } from "./x402-chain.ts";
import { createX402World } from "./x402-world.ts";

/** The application with accounts in memory, for callers who pay without one. */
export function createX402App(options: Parameters<typeof createX402World>[0] = {}) {
  const paid = createPaidWorld();
  const x402 = createX402World(options);
  // The payments' clock is that of the application.
  const now = (): number => (x402.world.nowMs = paid.world.nowMs);
  const makeOffer = createMakeOffer(terms, fakeTasks);
  const requests = createRequestPayments({ ...x402.options, now, makeOffer, isCacheShared: false });
  const isolate = (more: Parameters<typeof paid.isolate>[0] = {}) => paid.isolate({ ...more, direct: requests });
  /** Returns a payment as a header, valid from now on. */
  const sign = (nonce: number, amount = 300, parts: PaymentParts = {}) => ({
    "payment-signature": signedPayment(paid.world.nowMs, nonce, amount, parts),
  });
  return { paid: paid.world, open: paid.open, x402: x402.world, chain: x402.chain, claims: x402.claims, isolate, sign };
}

/** A request for a caption of the picture without a key: it costs 300. */
export function unkeyed(headers: Readonly<Record<string, string>> = {}, query = ""): [string, RequestInit] {
  return [
    `/v1/caption${query}`,
    { method: "POST", body: street, headers: { "content-type": "image/jpeg", ...headers } },
  ];
}

/** What `PAYMENT-REQUIRED` or `PAYMENT-RESPONSE` says; undefined if it is not there. */
export function headerJson({ headers }: Response, name: "payment-required" | "payment-response") {
  const header = headers.get(name);
  return header === null ? undefined : JSON.parse(atob(header));
}

/** A batch with the picture for each item that has none, without a key. */
export function unkeyedBatch(
  items: readonly object[],
  headers: Readonly<Record<string, string>>,
): [string, RequestInit] {
  const [path, init] = spelledBatch("", items);
  return [path, { ...init, headers: { "content-type": "application/json", ...headers } }];
}

/** The status and code of a problem. */
export async function codeOf(response: Response): Promise<readonly unknown[]> {
  return [response.status, (await response.json()).code];
}
