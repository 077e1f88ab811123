import type { PaymentReport } from "../charging/payment.ts";
import { chargeHeaders } from "./charge-headers.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

/** Returns the headers of an answer that was paid: what it cost, what is left, and how many requests may follow. */
export function paymentHeaders(report: PaymentReport): Readonly<Record<string, string>> {
  const { receipt } = report;
  return {
    ...chargeHeaders(report),
    ...rateHeaders(report),
    ...(receipt !== undefined && { "payment-response": receipt }),
  };
}

/** Returns the headers of a problem: how many requests may follow, if the account has said so. */
export function rateHeaders({ rate }: Pick<PaymentReport, "rate">): Readonly<Record<string, string>> {
  return rate === undefined ? {} : rateLimitHeaders(rate.decisions);
}
