import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for buying credits, in deployments with a way to pay. */
export const paymentProblems = {
  "webhook-signature-invalid": {
    status: 400,
    title: "The event is not signed by Stripe for this deployment",
    retryable: false,
    fix: "Only Stripe sends events here. If it was Stripe: put the signing secret of this endpoint (`whsec_…`) into STRIPE_WEBHOOK_SECRET, and check the clock of the sender.",
  },
  "top-up-unavailable": {
    status: 409,
    title: "The account cannot be topped up here",
    retryable: false,
    fix: "Do what `detail` says: use a key of an account with the other kind of money, or buy credits once with `save_card`. Otherwise ask the operator of this service for credits.",
  },
  "payment-provider-failed": {
    status: 502,
    title: "The payment provider refused the request of this service",
    retryable: false,
    fix: "Nothing was paid. Tell the operator of this service: its log says what the provider has refused.",
  },
  // Not a fault of this program.
  "payment-provider-unavailable": {
    status: 503,
    quiet: true,
    title: "The payment provider cannot be reached",
    retryable: true,
    fix: "Try again after the seconds in Retry-After, with the same Idempotency-Key: then there is one payment page.",
  },
} as const satisfies Record<string, ProblemRow>;
