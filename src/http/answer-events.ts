import { problemDetails } from "../contract/problem-details.ts";
import type { CacheReport, EmitPart } from "../contract/service.ts";
import { type AnswerEvent, EVENT_STREAM_MEDIA_TYPE } from "../contract/stream-events.ts";
import type { Problem } from "../contract/problems.ts";
import { cacheStatus } from "./cache-control.ts";
import { eventStream, type Sleep } from "./event-stream.ts";

/** What a streamed answer is sent with. */
export interface AnswerEventsOptions {
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly requestId: string;
  /** What was thrown as a problem, which the operator has heard of if it is a fault. */
  readonly problemOf: (thrown: unknown) => Problem;
}

/** What a stream cannot keep for later: it is no answer until its last event. nginx would hold it back until it is whole. */
const headers = {
  "content-type": EVENT_STREAM_MEDIA_TYPE,
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

function cacheHeaders(cache: CacheReport): Readonly<Record<string, string>> {
  return { "cache-status": cacheStatus(cache), ...(cache.hit ? { age: String(cache.age) } : {}) };
}

/**
 * An answer as a response that begins with its first part. Rejects with what fails before. Cache-Status is left out where the stream began
 * with a heartbeat: it was not known then.
 */
export async function answerEvents(
  work: (emit: EmitPart, signal: AbortSignal) => Promise<void>,
  { requestId, problemOf, ...options }: AnswerEventsOptions,
): Promise<Response> {
  let known: CacheReport | undefined;
  const fail = (thrown: unknown): AnswerEvent => {
    const { code, detail, issues } = problemOf(thrown);
    return { type: "error", problem: problemDetails(code, { detail, issues, requestId }) };
  };
  const body = await eventStream<AnswerEvent>(
    (emit, signal) =>
      work((part, cache) => {
        known ??= cache;
        emit(part);
      }, signal),
    { ...options, nameOf: ({ type }) => type, fail },
  );
  return new Response(body, { headers: { ...headers, ...(known === undefined ? {} : cacheHeaders(known)) } });
}
