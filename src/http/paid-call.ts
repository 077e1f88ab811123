import type { KnownKey } from "../charging/known-keys.ts";
import type { Payment } from "../charging/payment.ts";
import type { Payments } from "../charging/payments.ts";
import type { CallContext, RequestTrace } from "../contract/service.ts";
import { credentialOf } from "./authenticate.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { maxPriceOf } from "./max-price.ts";
import { rateHeaders } from "./payment-headers.ts";
import { loggedProblem, type LogError, problemResponse } from "./problem-response.ts";

/** Who pays for a request, and with what. */
export interface Paying {
  readonly key: KnownKey;
  readonly payment: Payment;
  /** Runs a part of the work that may last longer than the response is waited for: holds are not ended before. */
  readonly during: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Returns a signal that is aborted with another, unless money is held by then. */
  readonly untilCommitted: (signal: AbortSignal) => AbortSignal;
}

/** What a paid call needs. */
export interface PaidCallOptions {
  readonly accounts: Payments;
  readonly logError: LogError;
  /** The request as it would be without accounts. */
  readonly call: CallContext;
  readonly trace: RequestTrace;
}

/** When the caller leaves after money was held, the work goes on and is paid, and a repeat of the request is free. */
function untilCommitted(signal: AbortSignal, isCommitted: () => boolean): AbortSignal {
  const controller = new AbortController();
  const leave = (): void => {
    if (!isCommitted()) controller.abort(signal.reason);
  };
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  return controller.signal;
}

function beginPayment(
  key: KnownKey,
  request: Request,
  { accounts, call, trace, commit }: PaidCallOptions & { readonly commit: () => void },
): Payment {
  const { headers, signal } = request;
  return accounts.begin({
    key,
    requestId: trace.requestId,
    isFresh: call.cache.noStore || call.cache.noCache,
    idempotencyKey: idempotencyKeyOf(headers),
    maxPrice: maxPriceOf(headers),
    hasLeft: () => signal.aborted,
    onCommit: commit,
  });
}

/**
 * Handles a request whose key pays for it. Throws the problems of the key, before anything else of the request is read; all others become responses, which have the
 * state of the key's rates. The work goes on if the caller leaves, and what is still held in the end is released.
 */
export async function paidCall(
  request: Request,
  options: PaidCallOptions,
  work: (call: CallContext, paying: Paying) => Promise<Response>,
): Promise<Response> {
  const { accounts, logError, call, trace } = options;
  const key = await accounts.authorize(credentialOf(request.headers), call.caller);
  const { commit, during } = createRun(accounts, () => payment.end());
  const payment = beginPayment(key, request, { ...options, commit });
  const paying: Paying = {
    key,
    payment,
    during,
    untilCommitted: (signal) => untilCommitted(signal, () => payment.isCommitted()),
  };
  const paid: CallContext = {
    ...call,
    signal: paying.untilCommitted(call.signal),
    caller: key.account,
    account: key.account,
    cacheOwner: accounts.cacheOwner(key),
    payer: payment,
  };
  return paying.during(async () => {
    try {
      return await work(paid, paying);
    } catch (thrown) {
      const response = problemResponse(loggedProblem(thrown, trace.requestId, logError), trace.requestId);
      for (const [name, value] of Object.entries(rateHeaders(payment.report()))) response.headers.set(name, value);
      return response;
    }
  });
}

/**
 * Runs the parts of a request, and calls `end` when none of them runs any more. From `commit` on, they run to their end even if the caller has left; a request that
 * asks its account nothing has nothing to end.
 */
function createRun({ waitUntil }: Payments, end: () => Promise<void>) {
  let running = 0;
  let ended: PromiseWithResolvers<void> | undefined;
  const commit = (): void => {
    if (ended !== undefined) return;
    ended = Promise.withResolvers();
    waitUntil(ended.promise);
  };
  const during: Paying["during"] = async (work) => {
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      if (running === 0 && ended !== undefined) ended.resolve(end());
    }
  };
  return { commit, during };
}
