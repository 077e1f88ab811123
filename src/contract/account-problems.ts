import { accountRouteProblems } from "./account-route-problems.ts";
import { directPaymentProblems } from "./direct-payment-problems.ts";
import { paymentProblems } from "./payment-problems.ts";
import type { ProblemRow } from "./problem-row.ts";

/**
 * The rows of the problem table for requests that cost money, in deployments with accounts: without accounts, none of these occurs, and the OpenAPI
 * document has none.
 */
export const accountProblems = {
  "key-missing": {
    status: 401,
    title: "The request has no key",
    retryable: false,
    fix: "Send your key as `Authorization: Bearer fe_…`, or as `X-API-Key`; clients of Azure send it as `Ocp-Apim-Subscription-Key`.",
  },
  // One answer to a mistyped key, an account or key that never existed, and a wrong secret: a stranger must not learn which keys there are.
  "key-invalid": {
    status: 401,
    title: "There is no such key",
    retryable: false,
    fix: "Check that the whole key was copied: 61 characters that begin with fe_live_ or fe_test_. If it was, ask whoever gave it to you for another.",
  },
  "key-expired": {
    status: 401,
    title: "The key has expired",
    retryable: false,
    fix: "Use the key that replaced it, or create another.",
  },
  "key-revoked": {
    status: 401,
    title: "The key was revoked",
    retryable: false,
    fix: "Use another key of the account, or create one.",
  },
  "scope-missing": {
    status: 403,
    title: "The key may not do this",
    retryable: false,
    fix: "Use a key with the scope or the task that `detail` names.",
  },
  "account-closed": {
    status: 403,
    title: "The account is closed",
    retryable: false,
    fix: "Ask the operator of this service to open it again.",
  },
  "insufficient-credits": {
    status: 402,
    title: "The account's credits do not cover the price",
    retryable: false,
    fix: "Add credits to the account, as `top_up` says, and send the request again; or ask for less: `price` and `balance` are in micro-US-dollars.",
  },
  "key-budget-exhausted": {
    status: 402,
    title: "The key's budget does not cover the price",
    retryable: false,
    fix: "Topping up does not help: let another key or the operator raise the cap, wait until the period that `detail` names is over, or use another key.",
  },
  "spend-cap-reached": {
    status: 402,
    title: "The account's monthly cap does not cover the price",
    retryable: false,
    fix: "Topping up does not help: the operator can raise the account's cap, and it is fresh in the next month (UTC).",
  },
  "price-above-maximum": {
    status: 402,
    title: "The price is above the request's Max-Price",
    retryable: false,
    fix: "Send a Max-Price of at least `price`, in micro-US-dollars, or ask for fewer `labels`, tasks, items, `beams` or `max_new_tokens`.",
  },
  "idempotency-in-progress": {
    status: 409,
    title: "A request with this Idempotency-Key is in progress",
    retryable: true,
    fix: "Wait for its answer, or send the request again after the seconds in Retry-After.",
  },
  "rate-limited": {
    status: 429,
    title: "The key sends requests too quickly",
    retryable: true,
    fix: "Send the request again after the seconds in Retry-After; RateLimit-Policy says how many are allowed, `violated-policies` which policy refused it.",
  },
  "too-many-at-once": {
    status: 429,
    title: "The key has too many requests in progress",
    retryable: true,
    fix: "Wait until one of them is answered, then send the request again.",
  },
  // Not a fault of this program: the platform moves and restarts the objects that keep accounts.
  "ledger-unavailable": {
    status: 503,
    quiet: true,
    title: "The account cannot be reached",
    retryable: true,
    fix: "Try again after the seconds in Retry-After. A repeat of what was charged is free for 24 hours; with no-store or no-cache, only under the same Idempotency-Key.",
  },
  ...directPaymentProblems,
} as const satisfies Record<string, ProblemRow>;

/** Whether a problem only occurs in deployments with accounts. */
export function isAccountProblem(
  code: string,
): code is keyof typeof accountProblems | keyof typeof accountRouteProblems | keyof typeof paymentProblems {
  return [accountProblems, accountRouteProblems, paymentProblems].some((rows) => Object.hasOwn(rows, code));
}
