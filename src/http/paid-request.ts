import type { PaymentReport } from "../charging/payment.ts";
import type { Payments } from "../charging/payments.ts";
import type {
  AnalyzeRequest,
  BatchRequest,
  CacheDirectives,
  CallContext,
  EmitPart,
  TaskRequest,
} from "../contract/service.ts";
import type { ChargeEvent } from "../contract/stream-events.ts";
import { IDEMPOTENCY_HEADER } from "./idempotency-key.ts";
import { paidCall, type PaidCallOptions, type Paying } from "./paid-call.ts";
import { paidStream } from "./paid-stream.ts";
import { paymentHeaders } from "./payment-headers.ts";
import { requestFingerprint } from "./request-fingerprint.ts";

/** What a paid answer is sent with. */
interface Paid {
  readonly headers: Readonly<Record<string, string>>;
  /** In micro-US-dollars. */
  readonly amount: number;
  /** Milliseconds for which the request has waited for its account. */
  readonly ledgerMs: number;
}

/** A request whose key pays for it, as the routes of answers see it. */
export interface PaidRequest extends Pick<Paying, "checkTask" | "whenLeft"> {
  /** Says what the request asks for, if it has an Idempotency-Key. */
  identify(parsed: TaskRequest | AnalyzeRequest | BatchRequest, directives: CacheDirectives): Promise<void>;
  /** Pays, before the answer is sent. Rejects with `Problem`. */
  settle(): Promise<Paid>;
  /** Runs a stream, which is paid before its first part; `work` gets the signal that ends it. Returns its last event. */
  stream(
    signal: AbortSignal,
    emit: EmitPart,
    work: (emit: EmitPart, signal: AbortSignal) => Promise<void>,
  ): Promise<ChargeEvent>;
  /** The headers of a stream that was paid; none before it is. */
  streamHeaders(): Readonly<Record<string, string>>;
}

/** Lets the callers of answers pay. The routes get it as a value, since without accounts nothing of accounts is loaded. */
export interface PaidAnswers {
  /** Handles a request as `paidCall` does. */
  call(
    request: Request,
    options: Omit<PaidCallOptions, "accounts">,
    work: (call: CallContext, paid: PaidRequest) => Promise<Response>,
  ): Promise<Response>;
}

function chargeEvent({ amount, ids, isRepeat, balance }: PaymentReport): ChargeEvent {
  return { type: "charge", charge_micro_usd: amount, ids: [...ids], repeat: isRepeat, balance: balance ?? null };
}

function paidRequest({ headers, url }: Request, { payment, checkTask, during, whenLeft, untilCommitted }: Paying): PaidRequest {
  return {
    checkTask,
    whenLeft,
    identify: async (parsed, { noStore, noCache }) => {
      if (!headers.has(IDEMPOTENCY_HEADER)) return;
      payment.identify(await requestFingerprint(new URL(url).pathname, parsed, noStore || noCache));
    },
    settle: async () => {
      await payment.settle();
      const report = payment.report();
      return { headers: paymentHeaders(report), amount: report.amount, ledgerMs: payment.ledgerMs() };
    },
    stream: async (signal, emit, work) => {
      const own = untilCommitted(signal);
      await during(() => paidStream(payment, emit, (gated) => work(gated, own)));
      return chargeEvent(payment.report());
    },
    streamHeaders: () => {
      const report = payment.report();
      return report.ids.length === 0 ? {} : paymentHeaders(report);
    },
  };
}

/** Returns answers that are paid from accounts. */
export function paidAnswers(accounts: Payments): PaidAnswers {
  return {
    call: (request, options, work) =>
      paidCall(request, { ...options, accounts }, (call, paying) => work(call, paidRequest(request, paying))),
  };
}
