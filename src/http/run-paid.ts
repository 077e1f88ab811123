import type { Payment } from "../charging/payment.ts";
import type { Problem } from "../contract/problems.ts";
import type { CallContext, RequestTrace } from "../contract/service.ts";
import { whenAborted } from "./admission.ts";
import type { Paying } from "./paying.ts";
import { asProblem, type Respond } from "./problem-response.ts";

/** Works for a request that somebody pays for. */
export type PaidWork = (call: CallContext, paying: Paying) => Promise<Response>;

/** What runs a request that somebody pays for. */
export interface RunPaidOptions<Paid extends Payment> {
  /** Makes the responses of problems. */
  readonly respond: Respond;
  readonly trace: RequestTrace;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Begins the payment; it calls `commit` before it holds anything. */
  readonly begin: (commit: () => void) => Paid;
  /** The request as whoever pays makes it. */
  readonly callOf: (payment: Paid) => CallContext;
  /** What is particular to whoever pays. */
  readonly rulesOf: (payment: Paid) => Omit<Paying, "payment" | "during" | "whenLeft" | "untilCommitted">;
  /** Headers of a problem. */
  readonly headersOf: (payment: Paid, problem: Problem) => Readonly<Record<string, string>>;
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

/**
 * Runs the parts of a request, and calls `end` when none of them runs any more. From `commit` on, they run to their end even if the caller has left; a request that
 * holds nothing has nothing to end.
 */
function createRun(waitUntil: RunPaidOptions<Payment>["waitUntil"], end: () => Promise<void>) {
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

/** Runs a request that somebody pays for. Its problems become responses. The work goes on if the caller leaves, and what is still held in the end is released. */
export async function runPaid<Paid extends Payment>(options: RunPaidOptions<Paid>, work: PaidWork): Promise<Response> {
  const { respond, trace, waitUntil } = options;
  const { commit, during } = createRun(waitUntil, () => payment.end());
  const payment = options.begin(commit);
  const paying: Paying = {
    ...options.rulesOf(payment),
    payment,
    during,
    whenLeft: (run) => {
      whenAborted(call.signal)(() => {
        if (!payment.isCommitted()) run();
      });
    },
    untilCommitted: (signal) => untilCommitted(signal, () => payment.isCommitted()),
  };
  const call = options.callOf(payment);
  let signal: AbortSignal | undefined;
  const paid: CallContext = {
    ...call,
    // Made for whoever asks for it first: to listen costs a tenth of an answer from the cache, which needs no signal.
    get signal() {
      return (signal ??= paying.untilCommitted(call.signal));
    },
    payer: payment,
  };
  return during(async () => {
    try {
      return await work(paid, paying);
    } catch (thrown) {
      const response = await respond(thrown, trace.requestId);
      for (const [name, value] of Object.entries(options.headersOf(payment, asProblem(thrown)))) {
        response.headers.set(name, value);
      }
      return response;
    }
  });
}
