import type { PaymentReport } from "../charging/payment.ts";
import type { CacheReport, EmitPart } from "../contract/service.ts";
import {
  type AnswerEvent,
  type ChargeEvent,
  EVENT_STREAM_MEDIA_TYPE,
  type PaidAnswerEvent,
} from "../contract/stream-events.ts";
import type { Problem } from "../contract/problems.ts";
import { cacheStatus } from "./cache-control.ts";
import { detailsOf } from "./problem-response.ts";
import { eventStream, type Sleep } from "./event-stream.ts";
import type { Paying } from "./paying.ts";
import { paidStream } from "./paid-stream.ts";
import { paymentHeaders } from "./payment-headers.ts";

function chargeEvent({ amount, ids, isRepeat, balance }: PaymentReport): ChargeEvent {
  return { type: "charge", charge_micro_usd: amount, ids: [...ids], repeat: isRepeat, balance: balance ?? null };
}

/** Options of `answerEvents`. */
export interface AnswerEventsOptions {
  /** Aborted when the caller disconnects. */
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly requestId: string;
  /** Converts a thrown value to a `Problem`, and logs it if it is a server fault. */
  readonly problemOf: (thrown: unknown) => Problem;
  /** Who pays; left out where answers cost nothing. */
  readonly paying?: Paying | undefined;
}

/** A stream must not be cached: it is no answer until its last event. `x-accel-buffering` prevents nginx from buffering it until the end. */
const headers = {
  "content-type": EVENT_STREAM_MEDIA_TYPE,
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/** Heartbeats that begin with the first part, where the headers of the response tell the payment. */
function sleepAfter(begun: Promise<void>, sleep: Sleep): Sleep {
  return async (milliseconds, signal) => {
    await begun;
    return sleep(milliseconds, signal);
  };
}

/** The headers of an answer that was paid; none before it is. */
function paidHeaders(paying: Paying | undefined): Readonly<Record<string, string>> {
  const report = paying?.payment.report();
  return report === undefined || report.ids.length === 0 ? {} : paymentHeaders(report);
}

function cacheHeaders(cache: CacheReport): Readonly<Record<string, string>> {
  return { "cache-status": cacheStatus(cache), ...(cache.hit ? { age: String(cache.age) } : {}) };
}

/**
 * An answer as an event stream that starts with its first part. Rejects if the work fails before that. Cache-Status is left out if the stream
 * starts with a heartbeat, since it is not known yet, and so is what it costs. The last event of an answer that was paid says so.
 */
export async function answerEvents(
  work: (emit: EmitPart, signal: AbortSignal) => Promise<void>,
  { requestId, problemOf, paying, ...options }: AnswerEventsOptions,
): Promise<Response> {
  let report: CacheReport | undefined;
  const begun = Promise.withResolvers<void>();
  const sleep = paying?.isToldInHeaders === true ? sleepAfter(begun.promise, options.sleep) : options.sleep;
  const fail = (thrown: unknown): AnswerEvent => ({ type: "error", problem: detailsOf(problemOf(thrown), requestId) });
  const body = await eventStream<PaidAnswerEvent>(
    async (emit, signal) => {
      const emitPart: EmitPart = (part, cache) => {
        report ??= cache;
        begun.resolve();
        emit(part);
      };
      if (paying === undefined) return work(emitPart, signal);
      const own = paying.untilCommitted(signal);
      await paying.during(() => paidStream(paying.payment, emitPart, (gated) => work(gated, own)));
      emit(chargeEvent(paying.payment.report()));
    },
    { ...options, sleep, nameOf: ({ type }) => type, fail },
  );
  const known = report === undefined ? {} : { ...cacheHeaders(report), ...paidHeaders(paying) };
  return new Response(body, { headers: { ...headers, ...known } });
}
