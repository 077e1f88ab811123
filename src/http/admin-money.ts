import type { AccountAdmin } from "../accounts/ledger-admin.ts";
import type { AccountLedger } from "../accounts/ledger-port.ts";
import { AdjustBody, GrantBody, RefundBody } from "../contract/admin-schemas.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
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
 * Gives a charge back. The Idempotency-Key stands for that refund for ever, so that a late repeat gives no later charge of the same id back; a charge is given back
 * once with whichever key, so that one that was lost may be asked for with another. Throws `Problem`.
 */
export async function refundCharge(ledger: Ledger, call: AdmittedCall) {
  const ref = requiredIdempotencyKey(call.request.headers);
  const { charge } = await readAccountBody(RefundBody, call);
  const { amount, isRepeat, balance } = accepted(await ledger.giveBack({ ref, charge }));
  return { unit: MICRO_USD, charge, amount, repeat: isRepeat, balance };
}
