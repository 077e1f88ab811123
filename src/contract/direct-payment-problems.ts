import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for requests that are paid without an account. */
export const directPaymentProblems = {
  "async-needs-key": {
    status: 400,
    title: "A payment within the request pays for no answer later",
    retryable: false,
    fix: "Send the request without `async` and `Prefer: respond-async`, or with a key: POST /v1/top-ups sells credits and a key for such a payment.",
  },
  "payment-required": {
    status: 402,
    title: "The request brings no payment",
    retryable: false,
    fix: "Send it again with the header PAYMENT-SIGNATURE, which any client of x402 makes from PAYMENT-REQUIRED. Answers can be had with a key of an account instead. `price` is in micro-US-dollars.",
  },
  "payment-invalid": {
    status: 402,
    title: "The payment is not valid, and nothing was charged",
    retryable: false,
    fix: "Sign a new payment for what PAYMENT-REQUIRED says; `detail` says what is wrong with this one.",
  },
  "payment-in-use": {
    status: 409,
    title: "The payment is in use",
    retryable: true,
    fix: "Is the same request in progress, send it again with the same payment after the seconds in Retry-After. A payment that another request has used pays for nothing else: sign a new one.",
  },
  // Not a fault of this program: the facilitator, its chain or the payment's object did not reply.
  "payment-unsettled": {
    status: 503,
    quiet: true,
    title: "It is not known whether the payment was settled",
    retryable: true,
    fix: "Send the same request with the same payment again, after the seconds in Retry-After: it is never settled twice. Do not sign another one meanwhile.",
  },
} as const satisfies Record<string, ProblemRow>;
