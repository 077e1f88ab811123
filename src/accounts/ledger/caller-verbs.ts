import type {
  Held,
  HoldRequest,
  Refunded,
  ReleaseRequest,
  Settled,
  SettleRequest,
  Status,
} from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { dayEndMs, monthEndMs } from "../../accounts/periods.ts";
import { readSpent } from "./admit.ts";
import { decideHold, invalidHold, readHold } from "./hold.ts";
import { endedKey, whyNot } from "./identify.ts";
import { keyFacts } from "./keys.ts";
import { MAX_CHARGES } from "./limits.ts";
import { decideRefund, decideRelease } from "./refund.ts";
import { refuse, refusing } from "./refuse.ts";
import type { KeyRow } from "./rows.ts";
import { decideSettle, readSettle } from "./settle.ts";
import { createTransact, type LedgerOptions, type Situation } from "./transaction.ts";

const ALL_SUMS = { day: true, month: true, total: true, accountMonth: true };

/** The verbs of `AccountLedger`, without the wait. To a stranger, an account that does not exist is like a key that does not. */
export function callerVerbs(options: LedgerOptions) {
  const transact = createTransact(options, refuse({ code: "key-invalid" }));
  return {
    hold: (request: HoldRequest): Held | Refusal =>
      invalidHold(request) ?? transact((situation) => holdStep(options, situation, request)),
    settle: (request: SettleRequest): Settled | Refusal =>
      transact(({ account, read, nowMs }) => decideSettle(readSettle(read, account, request, nowMs), request, nowMs)),
    release: (request: ReleaseRequest): { readonly released: number } => {
      const reply = transact(({ read }) => decideRelease(read.holds(request.ids), request));
      return "released" in reply ? reply : { released: 0 };
    },
    refund: (ids: readonly string[]): Refunded | Refusal =>
      ids.length > MAX_CHARGES
        ? refuse({ code: "invalid-request", field: "ids" })
        : transact(({ account, read, nowMs }) =>
            decideRefund({ account, refundable: read.refundable(ids), lastSeq: read.lastSeq() }, nowMs),
          ),
    status: (keyHash: string): Status | Refusal =>
      transact((situation) => {
        const key = situation.read.keyByHash(keyHash);
        const ended = endedKey(key, situation.nowMs);
        return ended !== undefined || key === undefined
          ? refusing(ended ?? refuse({ code: "key-invalid" }))
          : { reply: statusOf(situation, key), changes: [] };
      }),
  };
}

/** Authenticates before anything else is read: a guessed key costs two rows. */
function holdStep({ countRequest }: LedgerOptions, { account, read, nowMs }: Situation, request: HoldRequest) {
  const key = read.keyByHash(request.keyHash);
  const use = { scope: request.scope, tasks: request.charges.map(({ task }) => task) };
  const refusal = whyNot(account, key, use, nowMs);
  if (refusal !== undefined || key === undefined) return refusing(refusal ?? refuse({ code: "key-invalid" }));
  const rate = request.isContinued === true ? undefined : countRequest(key, nowMs);
  return decideHold({ ...readHold(read, { account, key }, request, nowMs), rate }, request, nowMs);
}

function statusOf({ account, read, nowMs }: Situation, key: KeyRow): Status {
  return {
    type: "status",
    account: { ...account, held: read.held() },
    key: keyFacts(key),
    spent: readSpent(read, key.family, nowMs, ALL_SUMS),
    openRequests: read.heldBy(key.family, "").requests,
    resets: { dayMs: dayEndMs(nowMs), monthMs: monthEndMs(nowMs) },
  };
}
