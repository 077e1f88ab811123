import type { Refusal, RefusalCode } from "../accounts/ledger-refusal.ts";
import { Problem } from "../contract/problems.ts";
import { KEY_INVALID_DETAIL } from "./authenticate.ts";
import { invalidRequest } from "./invalid-request.ts";

type RefusalOf<Code extends RefusalCode> = Extract<Refusal, { readonly code: Code }>;

const TOP_UP = "Ask the operator of this service for credits.";

/** The end of a period, for a person. */
function until(resetsMs: number | null): string {
  return resetsMs === null ? "It is never reset." : `It is reset at ${new Date(resetsMs).toISOString()}.`;
}

/** The name of a field in requests: `capMonth` → `cap_month`. */
function fieldName(field: string): string {
  return field.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/** What is said of each refusal of a ledger. */
const problemsByCode: { readonly [Code in RefusalCode]: (refusal: RefusalOf<Code>) => Problem } = {
  "key-invalid": () => new Problem("key-invalid", KEY_INVALID_DETAIL),
  "key-revoked": () => new Problem("key-revoked", "The key was revoked."),
  "key-expired": ({ successor }) =>
    new Problem(
      "key-expired",
      successor === null ? "The key has expired." : `The key was replaced by the key with the id ${successor}.`,
    ),
  "account-closed": () => new Problem("account-closed", "The account is closed."),
  "scope-missing": ({ scope, task }) =>
    new Problem(
      "scope-missing",
      task === undefined ? `This needs the scope ${scope}.` : `The key may not ask for ${task}.`,
    ),
  "idempotency-key-reused": () =>
    new Problem("idempotency-key-reused", "The first request with this Idempotency-Key was another one."),
  "idempotency-in-progress": ({ retryAfterMs }) =>
    new Problem("idempotency-in-progress", "The first request with this Idempotency-Key has no answer yet.", {
      retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
    }),
  "rate-limited": ({ rate }) => {
    const refusing = rate.decisions.filter(({ isAllowed }) => !isAllowed);
    return new Problem("rate-limited", "The key sends more requests than it may.", {
      members: { "violated-policies": refusing.map(({ policy }) => policy.name) },
      retryAfterSeconds: Math.max(0, ...refusing.map(({ retryAfterSeconds }) => retryAfterSeconds)),
    });
  },
  "too-many-at-once": ({ limit }) =>
    new Problem("too-many-at-once", `The key may have ${limit} requests in progress.`, {
      members: { "violated-policies": ["concurrent"] },
    }),
  "price-above-maximum": ({ price, maximum }) =>
    new Problem("price-above-maximum", `The request costs ${price} micro-US-dollars; it allows ${maximum}.`, {
      members: { price },
    }),
  "key-budget-exhausted": ({ price, cap, used, period, resetsMs }) =>
    new Problem(
      "key-budget-exhausted",
      `The request costs ${price} micro-US-dollars; the key has a cap of ${cap} (${period}), of which ${used} are spent or held. ${until(resetsMs)}`,
      { members: { price } },
    ),
  "spend-cap-reached": ({ price, cap, used, resetsMs }) =>
    new Problem(
      "spend-cap-reached",
      `The request costs ${price} micro-US-dollars; the account has a cap of ${cap} a month, of which ${used} are spent or held. ${until(resetsMs)}`,
      { members: { price } },
    ),
  "insufficient-credits": ({ price, balance, held }) =>
    new Problem(
      "insufficient-credits",
      `The request costs ${price} micro-US-dollars; the account has ${balance}, of which ${held} are held.`,
      { members: { price, balance: balance - held, top_up: TOP_UP } },
    ),
  "invalid-request": ({ field }) => invalidRequest(fieldName(field), "The account cannot hold this value."),
  "not-found": () => new Problem("unknown-id", "There is no account or key with this id."),
  "key-rotated": ({ successor }) =>
    new Problem("key-rotated", `The key was rotated: the id of its successor is ${successor}.`),
  // Ids are drawn until one is free.
  "key-id-taken": () => new Problem("internal", "No id of a key was free."),
  "too-many-keys": ({ limit }) => new Problem("too-many-keys", `The account has ${limit} keys.`),
};

/** Returns a ledger's refusal as a problem. */
export function refusalProblem<Code extends RefusalCode>(refusal: RefusalOf<Code> & { readonly code: Code }): Problem {
  return problemsByCode[refusal.code](refusal);
}

/** Returns a ledger's reply. Throws the problem of a refusal. */
export function accepted<Reply extends { readonly type: string }>(reply: Reply): Exclude<Reply, Refusal> {
  if (isRefusal(reply)) throw refusalProblem(reply);
  return reply as Exclude<Reply, Refusal>;
}

function isRefusal(reply: { readonly type: string }): reply is Refusal {
  return reply.type === "refused";
}
