import { Problem } from "../../contract/problems.ts";
import { StripeError } from "./stripe-api.ts";

/** How Stripe says that an idempotency key was sent with other parameters before. */
const IDEMPOTENCY_ERROR = "idempotency_error";

/** Returns the problem of a failed request to Stripe; anything else is returned as it is. What Stripe has said is for the operator's log only. */
export function stripeProblem(thrown: unknown): unknown {
  if (!(thrown instanceof StripeError)) return thrown;
  const options = { cause: thrown };
  if (thrown.type === IDEMPOTENCY_ERROR && thrown.status !== 409) {
    return new Problem(
      "idempotency-key-reused",
      "The first request with this Idempotency-Key was another one.",
      options,
    );
  }
  return thrown.isPassing
    ? new Problem("payment-provider-unavailable", "Stripe did not answer, or is busy.", options)
    : new Problem("payment-provider-failed", "Stripe has refused the request of this service.", options);
}
