import type { ProblemDetails } from "../contract/problem-details.ts";
import type { DialectStream } from "../contract/dialect.ts";
import { EVENT_STREAM_MEDIA_TYPE } from "../contract/media-types.ts";
import type { AnswerPart, CacheReport, EmitPart } from "../contract/service.ts";
import type { ChargeEvent, PaidAnswerEvent } from "../contract/stream-events.ts";
import type { Problem } from "../contract/problems.ts";
import { cacheStatus } from "./cache-control.ts";
import { detailsOf } from "./problem-response.ts";
import { eventStream, type Sleep } from "./event-stream.ts";
import type { PaidRequest } from "./paid-request.ts";

/** Options of `answerEvents`. */
export interface AnswerEventsOptions {
  /** Aborted when the caller disconnects. */
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly requestId: string;
  /** Converts a thrown value to a `Problem`, and logs it if it is a server fault. */
  readonly problemOf: (thrown: unknown) => Problem;
  /** Who pays; left out where answers cost nothing. */
  readonly paid?: PaidRequest | undefined;
  /** How the answer is told in another dialect, which does not tell its charge; left out for our own events. */
  readonly shape?: DialectStream | undefined;
}

/** Our own events. */
function ownStream(): StreamShape<PaidAnswerEvent> {
  return {
    push: (part) => [part],
    charge: (event) => [event],
    fail: (problem) => ({ type: "error", problem }),
    nameOf: ({ type }) => type,
  };
}

/** What the events of a stream are made by. */
interface StreamShape<Event> {
  readonly push: (part: AnswerPart) => readonly Event[];
  readonly charge?: (event: ChargeEvent) => readonly Event[];
  readonly fail: (details: ProblemDetails) => Event;
  readonly nameOf?: (event: Event) => string;
  readonly end?: string;
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

function cacheHeaders(cache: CacheReport): Readonly<Record<string, string>> {
  return { "cache-status": cacheStatus(cache), ...(cache.hit ? { age: String(cache.age) } : {}) };
}

/**
 * An answer as an event stream that starts with its first part. Rejects if the work fails before that. Cache-Status is left out if the stream
 * starts with a heartbeat, since it is not known yet, and so is what it costs. The last event of an answer that was paid says so.
 */
export function answerEvents(work: Work, options: AnswerEventsOptions): Promise<Response> {
  const { shape } = options;
  return shape === undefined ? shapedEvents(work, options, ownStream()) : shapedEvents(work, options, shape);
}

type Work = (emit: EmitPart, signal: AbortSignal) => Promise<void>;

async function shapedEvents<Event>(
  work: Work,
  { requestId, problemOf, paid, ...options }: AnswerEventsOptions,
  { push, charge, fail, nameOf, end }: StreamShape<Event>,
): Promise<Response> {
  let report: CacheReport | undefined;
  const begun = Promise.withResolvers<void>();
  const sleep = paid?.isToldInHeaders === true ? sleepAfter(begun.promise, options.sleep) : options.sleep;
  const failed = (thrown: unknown): Event => fail(detailsOf(problemOf(thrown), requestId));
  const named = nameOf === undefined ? {} : { nameOf };
  const body = await eventStream<Event>(
    async (emit, signal) => {
      const emitPart: EmitPart = (part, cache) => {
        report ??= cache;
        begun.resolve();
        for (const event of push(part)) emit(event);
      };
      if (paid === undefined) return work(emitPart, signal);
      const charged = await paid.stream(signal, emitPart, work);
      for (const event of charge?.(charged) ?? []) emit(event);
    },
    { signal: options.signal, sleep, ...named, fail: failed, end },
  );
  const known = report === undefined ? {} : { ...cacheHeaders(report), ...paid?.streamHeaders() };
  return new Response(body, { headers: { ...headers, ...known } });
}
