import type { Refusal, RefusalCode } from "../accounts/ledger-refusal.ts";
import { refusalProblem } from "../charging/refusal-problem.ts";
import { Problem } from "../contract/problems.ts";
import { invalidRequest } from "./invalid-request.ts";

/** The name of a field in requests: `capMonth` → `cap_month`. */
function fieldName(field: string): string {
  return field.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

type Of<Code extends RefusalCode> = Extract<Refusal, { readonly code: Code }>;

/** What the operations of accounts say of refusals in their own words; what they have in common with answers is said in the same words. */
const own: { readonly [Code in RefusalCode]?: (refusal: Of<Code>) => Problem } = {
  "idempotency-key-reused": () =>
    new Problem("idempotency-key-reused", "The first request with this Idempotency-Key was another one."),
  "invalid-request": ({ field }) => invalidRequest(fieldName(field), "The account cannot hold this value."),
  "own-key": () =>
    new Problem(
      "scope-missing",
      "A key cannot change itself, or one that it was rotated from or to: another key with keys:write can, or the operator.",
    ),
  "not-found": () => new Problem("unknown-id", "There is no account, key or charge with this id."),
};

function problemOf<Code extends RefusalCode>(code: Code, refusal: Of<Code>): Problem {
  return own[code]?.(refusal) ?? refusalProblem(refusal);
}

function isRefusal(reply: object): reply is Refusal {
  return "type" in reply && reply.type === "refused";
}

/** Returns an account's reply. Throws the problem of a refusal. */
export function accepted<Reply extends object>(reply: Reply | Refusal): Reply {
  if (isRefusal(reply)) throw problemOf(reply.code, reply);
  return reply;
}
