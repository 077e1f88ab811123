import type { Refusal, RefusalCode } from "../accounts/ledger-refusal.ts";
import { Problem } from "../contract/problems.ts";
import { KEY_INVALID_DETAIL } from "./authenticate.ts";
import { invalidRequest } from "./invalid-request.ts";

/** The name of a field in requests: `capMonth` → `cap_month`. */
function fieldName(field: string): string {
  return field.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

type Of<Code extends RefusalCode> = Extract<Refusal, { readonly code: Code }>;

/** What an operation of accounts, which costs nothing, says of each refusal that it can get. The others are those of requests that cost money. */
const known: { readonly [Code in RefusalCode]?: (refusal: Of<Code>) => Problem } = {
  "key-invalid": () => new Problem("key-invalid", KEY_INVALID_DETAIL),
  "key-revoked": () => new Problem("key-revoked", "The key was revoked."),
  "key-expired": ({ successor }) =>
    new Problem(
      "key-expired",
      successor === null ? "The key has expired." : `The key was replaced by the one with the id ${successor}.`,
    ),
  "idempotency-key-reused": () =>
    new Problem("idempotency-key-reused", "The first request with this Idempotency-Key was another one."),
  "invalid-request": ({ field }) => invalidRequest(fieldName(field), "The account cannot hold this value."),
  "not-found": () => new Problem("unknown-id", "There is no account or key with this id."),
  "key-rotated": ({ successor }) =>
    new Problem("key-rotated", `The key was rotated: the id of its successor is ${successor}.`),
  "too-many-keys": ({ limit }) => new Problem("too-many-keys", `The account has ${limit} keys.`),
};

function problemOf<Code extends RefusalCode>(code: Code, refusal: Of<Code>): Problem {
  const cause = new Error(`The account has refused what costs nothing: ${code}`);
  return known[code]?.(refusal) ?? new Problem("internal", "The request could not be answered.", { cause });
}

function isRefusal(reply: object): reply is Refusal {
  return "type" in reply && reply.type === "refused";
}

/** Returns an account's reply. Throws the problem of a refusal. */
export function accepted<Reply extends object>(reply: Reply | Refusal): Reply {
  if (isRefusal(reply)) throw problemOf(reply.code, reply);
  return reply;
}
