import type { Guard } from "../../charging/guard.ts";
import { Problem } from "../../contract/problems.ts";
import { type Accepted, isValidForWork, LEAST_VALID_SECONDS } from "./accept-payment.ts";
import type { Prove } from "./chain.ts";
import type { ClaimReply, EndReply, Ending, InUse, PaymentClaim, PaymentKind } from "./claim.ts";
import { type Facilitator, SETTLE_TIMEOUT_MS } from "./facilitator.ts";

/** What payments are claimed, checked and settled with. */
export interface SettlementOptions {
  /** Returns the object of a payment, by its name. It rejects with `payment-unsettled` if it cannot be reached. */
  readonly claimOf: (name: string) => PaymentClaim;
  readonly facilitator: Facilitator;
  /** The one of the isolate. */
  readonly guard: Pick<Guard, "tryPayment">;
  /** Left out where no node of the chain is known. */
  readonly prove?: Prove | undefined;
  /** Returns a random id. */
  readonly newHolder: () => string;
  /** How long a request may take until it is settled, in milliseconds. */
  readonly workMs: number;
  readonly now: () => number;
}

/** How long a settlement may take, in milliseconds: with the calls of the object, and a look at the chain. */
const SETTLING_MS = SETTLE_TIMEOUT_MS + 30_000;

/** A payment that this request may use. All of it throws `Problem`. */
export interface Claimed {
  /** Whether it was settled before: what was paid for is then given again. */
  readonly isRepeat: boolean;
  /** Whether what a top-up gives was written before. */
  readonly isDone: boolean;
  /** Settles it, once: when it resolves, the money has moved. Returns the transaction's hash. */
  settle(): Promise<string>;
  /**
   * Nothing was given for it: it can be used again. Does nothing once its settlement has begun, whose outcome decides; of one that was settled before, the repeat does not
   * count. Never rejects; without it, it can be used again once its lease is over.
   */
  letGo(): Promise<void>;
  /** What was to be given again after `settle` broke off through our fault: the repeat does not count. Never rejects. */
  unanswered(): Promise<void>;
  /** What a top-up gives is written. */
  done(): Promise<void>;
}

const inUseText: { readonly [Reason in InUse]: string } = {
  "in-progress": "The same request with this payment is in progress.",
  other: "The payment is another request's.",
  spent: "The payment's request has been answered as often as it may.",
};

function inUse(reason: InUse): Problem {
  return new Problem("payment-in-use", inUseText[reason]);
}

/** The problem of a payment of which it is not known whether the money has moved. */
function unsettled(reason: string): Problem {
  return new Problem("payment-unsettled", `It is not known yet whether the payment was settled: ${reason}.`);
}

/** Settles a payment that is claimed by `holder`. */
function createSettle(
  { facilitator, prove }: SettlementOptions,
  payment: Accepted,
  claim: PaymentClaim,
  holder: string,
) {
  const end = async (ending: Ending): Promise<EndReply> => claim.end(holder, ending);
  const settled = async (transaction: string): Promise<string> => {
    if ((await end({ type: "settled", transaction })) === "settled") return transaction;
    throw unsettled("another request with it was quicker");
  };
  /** The facilitator has not settled it now: whether the money has moved before, or will, the chain may know. */
  const proven = async (ending: Ending, reason: string): Promise<string> => {
    if ((await end(ending)) === "void") throw new Problem("payment-invalid", `The payment was not settled: ${reason}.`);
    const proof = (await prove?.(payment)) ?? { type: "unknown" };
    if (proof.type === "paid") return settled(proof.transaction);
    if (proof.type === "unknown") throw unsettled(reason);
    await end({ type: "refused", isProven: true });
    throw new Problem(
      "payment-invalid",
      "The payment can never be settled: its nonce was used for another, or it has expired.",
    );
  };
  return async (): Promise<string> => {
    if (!(await claim.beginSettling(holder, SETTLING_MS))) throw inUse("in-progress");
    const outcome = await facilitator.settle(payment);
    if (outcome.type === "settled") return settled(outcome.transaction);
    const { type, reason } = outcome;
    return proven(type === "refused" ? { type, isProven: false } : { type }, reason);
  };
}

/** Has the facilitator check a payment that was claimed. Throws `payment-invalid`, or `payment-unsettled` if there is no verdict; the claim is then let go. */
async function verify(
  { facilitator }: SettlementOptions,
  payment: Accepted,
  letGo: () => Promise<void>,
): Promise<void> {
  const verdict = await facilitator.verify(payment);
  if (verdict.type === "valid") return;
  await letGo();
  if (verdict.type === "invalid") throw new Problem("payment-invalid", `The payment is not valid: ${verdict.reason}.`);
  throw new Problem("payment-unsettled", `The payment could not be checked, and was not used: ${verdict.reason}.`);
}

type SettleOnce = (() => Promise<string>) & { readonly isBegun: () => boolean };

/** Settles once, however often it is asked. */
function once(work: () => Promise<string>): SettleOnce {
  let result: Promise<string> | undefined;
  return Object.assign(() => (result ??= work()), { isBegun: () => result !== undefined });
}

/** Whether a payment was settled, and its credits written, before this request. */
type Before = Pick<Claimed, "isRepeat" | "isDone">;

function claimed(claim: PaymentClaim, holder: string, settle: SettleOnce, before: Before): Claimed {
  const end = async (ending: Ending): Promise<void> => {
    await claim.end(holder, ending).catch(() => undefined);
  };
  return {
    ...before,
    settle,
    letGo: async () => {
      if (settle.isBegun()) return;
      await end(before.isRepeat ? { type: "unanswered" } : { type: "refused", isProven: false });
    },
    unanswered: async () => {
      if (before.isRepeat) await end({ type: "unanswered" });
    },
    done: async () => {
      await claim.end(holder, { type: "done" });
    },
  };
}

/** What a payment is claimed for. */
interface What {
  readonly kind: PaymentKind;
  readonly fingerprint: string;
}

/**
 * Claims a payment for what a fingerprint says, before any work, and has it checked. One whose settlement was begun before is settled first: what it pays for was
 * made then. `address` is whoever sent it. Throws `payment-in-use`, `payment-invalid`, `payment-unsettled`, `rate-limited`.
 */
export function claimPayment(
  options: SettlementOptions,
  payment: Accepted,
  { address, ...what }: What & { readonly address: string },
): Promise<Claimed> {
  return options.guard.tryPayment({ name: payment.name, address }, () => claimTried(options, payment, what));
}

async function claimTried(options: SettlementOptions, payment: Accepted, what: What): Promise<Claimed> {
  const { claimOf, newHolder, workMs, now } = options;
  const [claim, holder] = [claimOf(payment.name), newHolder()];
  const { signature, expiresMs } = payment;
  const reply: ClaimReply = await claim.claim({ ...what, signature, expiresMs, holder, leaseForMs: workMs });
  if (reply.type === "in-use") throw inUse(reply.reason);
  if (reply.type === "settled") {
    return claimed(
      claim,
      holder,
      once(async () => reply.transaction),
      { isRepeat: true, isDone: reply.isDone },
    );
  }
  const own = claimed(claim, holder, once(createSettle(options, payment, claim, holder)), {
    isRepeat: false,
    isDone: false,
  });
  if (reply.type === "unsettled") {
    await own.settle();
    return own;
  }
  if (!isValidForWork(payment, now())) {
    await own.letGo();
    throw new Problem("payment-invalid", `The payment expires in less than ${LEAST_VALID_SECONDS} seconds.`);
  }
  await verify(options, payment, () => own.letGo());
  return own;
}
