import type { AccountAdmin } from "../accounts/ledger-admin.ts";
import type { AccountLedger } from "../accounts/ledger-port.ts";
import { AdjustBody, GrantBody, RefundBody } from "../contract/admin-schemas.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { Problem } from "../contract/problems.ts";
import { accepted } from "./account-refusal.ts";
import { type AdmittedCall, readAccountBody } from "./account-route.ts";
import { requiredIdempotencyKey } from "./idempotency-key.ts";

type Ledger = AccountLedger & AccountAdmin;

/** What writes an entry that is no charge, by the operation's name. */
const bodies = { grant: GrantBody, adjust: AdjustBody } as const;

/** Gives credits, or corrects a balance. The Idempotency-Key names the entry, so that a repeat is the same entry, for ever. Throws `Problem`. */
export async function writeCredit(kind: keyof typeof bodies, ledger: Ledger, call: AdmittedCall) {
  const ref = requiredIdempotencyKey(call.request.headers);
  const { amount } = await readAccountBody(bodies[kind], call);
  const { seq, isRepeat, balance } = accepted(await ledger.credit({ kind, ref, amount }));
  return { unit: MICRO_USD, seq, amount, repeat: isRepeat, balance };
}

/**
 * Gives a charge back. A charge is given back once, with whichever Idempotency-Key: one that was lost on its way is asked for again. Throws `Problem`.
 */
export async function refundCharge(ledger: Ledger, call: AdmittedCall) {
  requiredIdempotencyKey(call.request.headers);
  const { charge } = await readAccountBody(RefundBody, call);
  // To a stranger, an account that does not exist is like a key that does not; the operator is told that it is the account.
  accepted(await ledger.describe());
  const { ids, amount, balance } = accepted(await ledger.refund([charge]));
  if (ids.length > 0) return { unit: MICRO_USD, charge, amount, repeat: false, balance };
  const { entries } = accepted(await ledger.entries({ kinds: ["charge", "refund"], ref: charge, limit: 1 }));
  const [last] = entries;
  if (last !== undefined) return { unit: MICRO_USD, charge, amount: last.amount, repeat: true, balance };
  throw new Problem("unknown-id", `The account has no charge with the id ${charge}.`);
}
