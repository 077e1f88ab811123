import * as z from "zod";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";

/** Response headers of an answer. */
const answerHeaders = {
  ...requestIdHeader,
  "Cache-Status": {
    description:
      "RFC 9211: whether the answer was in the cache, and why not; `collapsed` if the answer is the result of another request.",
    schema: { type: "string" },
  },
  ETag: { description: "Identifies this answer; send it as If-None-Match.", schema: { type: "string" } },
  "Server-Timing": {
    description:
      "Milliseconds by stage: `intake`, `cache`, `generate` (calling the model), `parse`; and the parts of `generate`, if the backend reports them: `queue`, `encode` and `decode`.",
    schema: { type: "string" },
  },
  Age: { description: "Seconds since a cached answer was generated.", schema: { type: "integer" } },
} as const;

/** Response headers of an answer that was paid (RFC 9651). */
const paidAnswerHeaders = {
  Charge: {
    description:
      'What this answer was charged, in micro-US-dollars, as in `1500;unit="usd-micro";id="chg_…";repeat=?0`: `repeat` if the account had paid for all of it before; `count` in place of `id` says how many charges it has.',
    schema: { type: "string" },
  },
  Balance: {
    description:
      "What the account has left, in micro-US-dollars; left out where the account was not asked, as for a repeat.",
    schema: { type: "integer" },
  },
  "RateLimit-Policy": {
    description:
      "The rates of the key (draft-ietf-httpapi-ratelimit-headers-11); left out where the account was not asked.",
    schema: { type: "string" },
  },
  RateLimit: { description: "How many requests of each policy are left, and until when.", schema: { type: "string" } },
  "PAYMENT-RESPONSE": {
    description:
      "Of an answer that was paid without an account: the settlement, as x402 version 2 says it (base64 of JSON).",
    schema: { type: "string" },
  },
} as const;

/** Returns the response headers of an answer, in a deployment with accounts or without. */
export function answerHeadersFor(hasAccounts: boolean) {
  return hasAccounts ? { ...answerHeaders, ...paidAnswerHeaders } : answerHeaders;
}

/** Request headers; all are optional. */
const answerRequestHeaders = z.object({
  "cache-control": z.string().optional().meta({
    description: "`no-store`, `no-cache`, `max-age`, `only-if-cached` and `stale-if-error` are honoured.",
  }),
  "if-none-match": z.string().optional().meta({ description: "The ETag of an answer that you have." }),
  prefer: z.string().optional().meta({
    description:
      "`respond-async`: the answer comes later, and the reply is 202 with its job (RFC 7240). With `wait=N`, the reply is the answer itself if it is there within N seconds, 30 at most.",
  }),
  "idempotency-key": z.string().optional().meta({
    description:
      "1 to 255 visible ASCII characters. Of an answer that comes later: the same request with the same key is the same job, and is done once.",
  }),
  traceparent: z.string().optional().meta({ description: "W3C trace context, passed on to the backend." }),
  ...requestIdParameter,
});

/** Request headers of an answer that is paid. */
const paidRequestHeaders = answerRequestHeaders.extend({
  "idempotency-key": z.string().optional().meta({
    description:
      "1 to 255 visible ASCII characters. Of an answer that comes later: the same request with the same key is the same job. With `no-store` or `no-cache`, a request that is repeated with its key within 24 hours is charged once and gets the same generation, which is kept for that; other repeats are free anyway.",
  }),
  "max-price": z.string().optional().meta({
    description:
      "The most that the request may be charged, in micro-US-dollars. What costs more is refused with `price-above-maximum`.",
  }),
  "payment-signature": z.string().optional().meta({
    description:
      "In the place of a key, where the deployment takes payments: a payment of x402 version 2 for what PAYMENT-REQUIRED says.",
  }),
});

/** Returns the request headers of an answer, in a deployment with accounts or without. */
export function answerRequestHeadersFor(hasAccounts: boolean) {
  return hasAccounts ? paidRequestHeaders : answerRequestHeaders;
}
