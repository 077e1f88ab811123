import type { Entry, GivenBack, GiveBackRequest } from "../../accounts/ledger-admin.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { decideRefund } from "./refund.ts";
import { refuse, refusing } from "./refuse.ts";
import type { AccountRow, RefundKeyRow, Step } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import { isId } from "./valid.ts";

/** What is known when the operator gives a charge back. */
export interface GiveBackView {
  readonly account: AccountRow;
  /** What the same key has asked for before. */
  readonly known: RefundKeyRow | undefined;
  /** The refund that `known` names. */
  readonly knownRefund: Entry | undefined;
  /** The last charge of the id, unless it was given back. */
  readonly refundable: readonly Entry[];
  /** The last refund of the id. */
  readonly lastRefund: Entry | undefined;
  readonly lastSeq: number;
}

/** Reads what the return of a charge is decided from. */
export function readGiveBack(read: LedgerReads, account: AccountRow, { ref, charge }: GiveBackRequest): GiveBackView {
  const refund = (before?: number) => read.entries({ kinds: ["refund"], ref: charge, before, limit: 1 }).entries[0];
  const known = read.refundKey(ref);
  return {
    account,
    known,
    knownRefund: known && refund(known.seq + 1),
    refundable: read.refundable([charge]),
    lastRefund: refund(),
    lastSeq: read.lastSeq(),
  };
}

/**
 * Gives the last charge of an id back, for one key. The key stands for that refund for ever: a repeat of it gives nothing else back, also if the id was charged
 * again since. Another key gives nothing back twice either, and stands for the refund that was there.
 */
export function decideGiveBack(
  view: GiveBackView,
  { ref, charge }: GiveBackRequest,
  nowMs: number,
): Step<GivenBack | Refusal> {
  const { account, known, knownRefund, refundable, lastRefund, lastSeq } = view;
  if (!isId(ref)) return refusing(refuse({ code: "invalid-request", field: "ref" }));
  if (known !== undefined && known.charge !== charge) return refusing(refuse({ code: "idempotency-key-reused" }));
  const written = known === undefined ? lastRefund : knownRefund;
  if (known === undefined && refundable.length > 0) {
    const { reply, changes } = decideRefund({ account, refundable, lastSeq }, nowMs);
    const seq = lastSeq + 1;
    return {
      reply: { type: "given-back", seq, amount: reply.amount, isRepeat: false, balance: reply.balance },
      changes: [...changes, { type: "put", table: "refundKeys", row: { id: ref, charge, seq } }],
    };
  }
  if (written === undefined) return refusing(refuse({ code: "not-found" }));
  const { seq, amount } = written;
  return {
    reply: { type: "given-back", seq, amount, isRepeat: true, balance: account.balance },
    changes: known === undefined ? [{ type: "put", table: "refundKeys", row: { id: ref, charge, seq } }] : [],
  };
}
