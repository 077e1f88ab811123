import type { Credit, Credited, Entry } from "../../accounts/ledger-admin.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { MAX_AMOUNT } from "../../contract/micro-usd.ts";
import { refuse, refusing } from "./refuse.ts";
import type { AccountRow, Step } from "./rows.ts";
import { accountChange } from "./settle.ts";
import { isId } from "./valid.ts";

/** What is known when money comes in. */
export interface CreditView {
  readonly account: AccountRow;
  readonly held: number;
  /** The entry with the same kind and reference. */
  readonly known: Entry | undefined;
  readonly lastSeq: number;
}

/** Writes money that came in, or a correction, once for each kind and reference; also for a closed account. */
export function decideCredit(view: CreditView, credit: Credit, nowMs: number): Step<Credited | Refusal> {
  const { account, known } = view;
  const refusal = invalidCredit(credit) ?? (known === undefined ? unbearable(view, credit) : undefined);
  if (refusal !== undefined) return refusing(refusal);
  if (known !== undefined) {
    if (known.amount !== credit.amount) return refusing(refuse({ code: "idempotency-key-reused" }));
    return { reply: { type: "credited", seq: known.seq, isRepeat: true, balance: account.balance }, changes: [] };
  }
  const seq = view.lastSeq + 1;
  const balance = account.balance + credit.amount;
  const { kind, ref, amount } = credit;
  const unused = { keyId: null, task: null, requestId: null, priceRevision: null, reverses: null };
  return {
    reply: { type: "credited", seq, isRepeat: false, balance },
    changes: [
      { type: "put", table: "entries", row: { ...unused, seq, kind, ref, amount, atMs: nowMs } },
      accountChange({ ...account, balance }),
    ],
  };
}

function invalidCredit({ kind, ref, amount }: Credit): Refusal | undefined {
  if (!isId(ref)) return refuse({ code: "invalid-request", field: "ref" });
  const isInRange = Number.isSafeInteger(amount) && amount !== 0 && Math.abs(amount) <= MAX_AMOUNT;
  return isInRange && (amount > 0 || kind === "adjust" || kind === "reversal")
    ? undefined
    : refuse({ code: "invalid-request", field: "amount" });
}

/**
 * A correction takes no money that is held for work in progress, and no sum leaves the range in which numbers are exact. A payment that was taken back is gone in any
 * case: the books say so, and nothing more is admitted until the balance is there again.
 */
function unbearable({ account, held }: CreditView, { kind, amount }: Credit): Refusal | undefined {
  const { balance, creditLimit } = account;
  if (!Number.isSafeInteger(balance + amount)) return refuse({ code: "invalid-request", field: "amount" });
  if (amount > 0 || kind === "reversal" || balance + amount - held >= -creditLimit) return undefined;
  return refuse({ code: "insufficient-credits", price: -amount, balance, held, creditLimit });
}
