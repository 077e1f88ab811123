import type { DirectPayments } from "../charging/direct-payment.ts";
import type { PaymentReport } from "../charging/payment.ts";
import type { Payments } from "../charging/payments.ts";
import type { Scope } from "../contract/scopes.ts";
import type {
  AnalyzeRequest,
  BatchRequest,
  CacheDirectives,
  CallContext,
  EmitPart,
  TaskRequest,
} from "../contract/service.ts";
import type { ChargeEvent } from "../contract/stream-events.ts";
import { authenticate, credentialOf, hasNoKey } from "./authenticate.ts";
import { callerOf } from "./caller.ts";
import { directCall } from "./direct-call.ts";
import { paidCall, type PaidCallOptions } from "./paid-call.ts";
import { paidStream } from "./paid-stream.ts";
import type { Paying } from "./paying.ts";
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

/** A request that somebody pays for, as the routes of answers see it. */
export interface PaidRequest extends Pick<
  Paying,
  "holder" | "checkTask" | "askEarly" | "checkResults" | "isToldInHeaders" | "whenLeft"
> {
  /** Says what the request asks for, before any work. Rejects with `Problem`. */
  ask(parsed: TaskRequest | AnalyzeRequest | BatchRequest, directives: CacheDirectives): Promise<void>;
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
  /** Handles a request as `paidCall` does, or as `directCall` if it has no key and may bring its own payment. */
  call(
    request: Request,
    options: Omit<PaidCallOptions, "accounts">,
    work: (call: CallContext, paid: PaidRequest) => Promise<Response>,
  ): Promise<Response>;
  /** Returns the account of a request's key, which may ask for answers, or has another scope. Rejects with the problem of a key. */
  accountOf(headers: Headers, scope?: Scope): Promise<string>;
  /** Throws `key-missing`, or `key-invalid` for what cannot be a key. Asks nobody. */
  checkKey(headers: Headers): void;
}

function chargeEvent({ amount, ids, isRepeat, balance }: PaymentReport): ChargeEvent {
  return { type: "charge", charge_micro_usd: amount, ids: [...ids], repeat: isRepeat, balance: balance ?? null };
}

function paidRequest({ url }: Request, paying: Paying): PaidRequest {
  const { payment, holder, isToldInHeaders, during, whenLeft, untilCommitted } = paying;
  return {
    holder,
    checkTask: (task) => paying.checkTask(task),
    askEarly: (read) => paying.askEarly(read),
    checkResults: (results) => paying.checkResults(results),
    isToldInHeaders,
    whenLeft,
    ask: (parsed, { noStore, noCache }) =>
      paying.ask({
        items: "items" in parsed ? parsed.items : [parsed],
        fingerprint: () => requestFingerprint(new URL(url).pathname, parsed, noStore || noCache),
      }),
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

/** Who is paid for answers. */
export interface PaidAnswersOptions {
  readonly accounts: Payments;
  /** Who is paid by requests without a key; left out where all need a key. */
  readonly direct?: DirectPayments | undefined;
}

/** Returns answers that are paid from accounts, or by the requests themselves. */
export function paidAnswers({ accounts, direct }: PaidAnswersOptions): PaidAnswers {
  return {
    call: (request, options, answer) => {
      const work = (call: CallContext, paying: Paying): Promise<Response> => answer(call, paidRequest(request, paying));
      const isKeyed = options.own !== undefined || !hasNoKey(request.headers);
      if (direct === undefined || isKeyed) return paidCall(request, { ...options, accounts }, work);
      return directCall(request, { ...options, direct, waitUntil: accounts.waitUntil }, work);
    },
    accountOf: async (headers, scope) =>
      (await accounts.authorize(credentialOf(headers), callerOf(headers), scope)).account,
    checkKey: (headers) => void authenticate(headers),
  };
}
