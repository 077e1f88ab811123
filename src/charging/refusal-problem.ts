import type { Refusal, RefusalCode, RefusalReason } from "../accounts/ledger-refusal.ts";
import type { RateReply } from "../accounts/rate.ts";
import { Problem, type ProblemCode } from "../contract/problems.ts";

/** How an account gets credits where it cannot buy them, as `top_up` of a problem says it. */
export const TOP_UP = "Ask the operator of this service for credits.";

/** What is said of every key that this service does not know, whatever is wrong with it: what else a stranger could learn, he could use. */
export const UNKNOWN_KEY = "The key is not one of this service.";

/** The refusals that a caller can get; any other comes from a bug. */
type SaidCode = RefusalCode & ProblemCode;

/** The refusals by their codes. */
type ByCode = { readonly [Reason in RefusalReason as Reason["code"]]: Reason };

interface Text {
  readonly detail: string;
  readonly options?: ConstructorParameters<typeof Problem>[2];
}

function until(resetsMs: number | null): string {
  return resetsMs === null ? "" : `, until ${new Date(resetsMs).toISOString()}`;
}

/** Seconds are rounded up, so that nobody comes too early. */
function inSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

function violated({ decisions }: RateReply): Text["options"] {
  const refusing = decisions.filter(({ isAllowed }) => !isAllowed);
  return {
    members: { "violated-policies": refusing.map(({ policy }) => policy.name) },
    retryAfterSeconds: Math.max(1, ...refusing.map(({ retryAfterSeconds }) => retryAfterSeconds)),
  };
}

const texts: { readonly [Code in SaidCode]: (refusal: ByCode[Code], topUp: string) => Text } = {
  "key-invalid": () => ({ detail: UNKNOWN_KEY }),
  "key-revoked": () => ({ detail: "The key was revoked." }),
  "key-expired": ({ successor }) => ({
    detail: `The key has expired${successor === null ? "" : `; the key with the id ${successor} replaces it`}.`,
  }),
  "account-closed": () => ({ detail: "The operator has closed the account of this key." }),
  "scope-missing": ({ scope, task }) => ({
    detail: task === undefined ? `The key lacks the scope ${scope}.` : `The key may not ask for the task ${task}.`,
  }),
  "rate-limited": ({ rate }) => ({ detail: "The key has sent more requests than it may.", options: violated(rate) }),
  "too-many-at-once": ({ limit }) => ({ detail: `The key may have ${limit} requests in progress that cost credits.` }),
  "idempotency-key-reused": () => ({
    detail: "Another request was sent with this Idempotency-Key within 24 hours.",
  }),
  "idempotency-in-progress": ({ retryAfterMs }) => ({
    detail: "The request with this Idempotency-Key has not been answered yet.",
    options: { retryAfterSeconds: inSeconds(retryAfterMs) },
  }),
  "price-above-maximum": ({ price, maximum }) => ({
    detail: `The price is ${price} micro-US-dollars; the request's Max-Price leaves ${maximum}.`,
    options: { members: { price } },
  }),
  "key-budget-exhausted": ({ price, period, cap, used, resetsMs }) => ({
    detail: `The price is ${price} micro-US-dollars; of the key's cap (${period}) of ${cap}, ${cap - used} are left${until(resetsMs)}.`,
    options: { members: { price } },
  }),
  "spend-cap-reached": ({ price, cap, used, resetsMs }) => ({
    detail: `The price is ${price} micro-US-dollars; of the account's monthly cap of ${cap}, ${cap - used} are left${until(resetsMs)}.`,
    options: { members: { price } },
  }),
  "insufficient-credits": ({ price, balance, held }, topUp) => ({
    detail: `The price is ${price} micro-US-dollars; the account has ${balance}, of which ${held} are held for requests in progress.`,
    options: { members: { price, balance: balance - held, top_up: topUp } },
  }),
  "invalid-request": ({ field }) => ({ detail: `The account refuses the request's ${field}.` }),
  "not-found": () => ({ detail: UNKNOWN_KEY }),
  "key-rotated": ({ successor }) => ({ detail: `The key was rotated: the id of its successor is ${successor}.` }),
  "too-many-keys": ({ limit }) => ({ detail: `The account has ${limit} keys.` }),
};

function isSaid(refusal: Refusal): refusal is Refusal & ByCode[SaidCode] {
  return Object.hasOwn(texts, refusal.code);
}

function textOf<Code extends SaidCode>(code: Code, refusal: ByCode[Code], topUp: string): Text {
  return texts[code](refusal, topUp);
}

/** Returns the problem of a refusal; `topUp` says how the account gets credits. For one that no request for answers can get, it throws an error: that is a bug. */
export function refusalProblem(refusal: Refusal, topUp: string = TOP_UP): Problem {
  if (!isSaid(refusal)) throw new TypeError(`An account refused an answer with ${refusal.code}.`);
  const { detail, options } = textOf(refusal.code, refusal, topUp);
  return new Problem(refusal.code, detail, options);
}
