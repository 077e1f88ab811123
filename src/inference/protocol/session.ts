import { withCircuit, withRetries } from "./attempts.ts";
import { parseBaseUrl } from "./urls.ts";
import { defaultBreaker } from "./breaker.ts";
import type { BreakerSettings } from "./breaker.ts";
import { createCircuit } from "./circuit.ts";
import type { Circuit } from "./circuit.ts";
import { startDeadline } from "./deadline.ts";
import type { Clock, Deadline } from "./deadline.ts";
import { failureOf } from "./error-reply.ts";
import { InferenceFailure } from "./failure.ts";
import { defaultRetry } from "./retry.ts";
import type { RetrySettings } from "./retry.ts";
import { send } from "./transport.ts";
import type { Fetch, HttpRequest } from "./transport.ts";

/** Timeouts of calls in milliseconds, including all attempts and the whole reply. */
export interface Timeouts {
  /** For all calls except health checks. */
  readonly callMs: number;
  /** For the health checks live, ready and modelReady, which are not retried. */
  readonly probeMs: number;
}

/** A cold model may load for many seconds; a server that does not answer a health check within two seconds is down. */
export const defaultTimeouts: Timeouts = { callMs: 30_000, probeMs: 2000 };

/**
 * Maximum bytes of a reply: the encoder states of fourteen images for Florence-2-large (577 x 1024 float32 numbers each), in an isolate of
 * 128 MB.
 */
export const DEFAULT_MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** The server's URL, the client's dependencies and its settings. */
export interface InferenceClientOptions extends Clock {
  /** http(s)://host[:port][/path]; `/v2/…` is appended. */
  readonly url: string;
  readonly fetch: Fetch;
  /** Returns a number in 0..1, for the jitter of the delay between attempts. */
  readonly random: () => number;
  /** Sent with every request, for example a shared secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly retry?: Partial<RetrySettings> | undefined;
  readonly breaker?: Partial<BreakerSettings> | undefined;
  readonly maxReplyBytes?: number | undefined;
  /** Whether to send tensors as binary data; if undefined, `GET /v2` determines it. KServe accepts binary data without listing the extension. */
  readonly binaryTensors?: boolean | undefined;
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Replaces `timeouts`. */
  readonly deadlineMs?: number | undefined;
  /** For a call whose deadline a healthy server may miss: the circuit breaker does not count a timeout. */
  readonly isBestEffort?: boolean | undefined;
  /** Sent as X-Request-Id. */
  readonly requestId?: string | undefined;
  /** Sent unchanged. */
  readonly traceparent?: string | undefined;
  /** Opaque id of whoever asks, sent as X-Caller: a server may share its time fairly between callers. */
  readonly caller?: string | undefined;
  /** Model version, a number; if undefined, the server chooses. */
  readonly version?: string | undefined;
}

/** Body and headers of one attempt; encoded for each attempt, since the remaining time changes. */
export interface Message {
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** State and functions that all calls to one server share. */
export interface Session {
  readonly circuit: Circuit;
  readonly timeouts: Timeouts;
  readonly maxReplyBytes: number;
  readonly startDeadline: (call: CallOptions, defaultMs: number) => Deadline;
  /** One attempt. Returns the response whatever its status. */
  readonly exchange: (path: string, call: CallOptions, deadline: Deadline, message?: Message) => Promise<Response>;
  /** The failure that a response with an error status is. Reads its body. */
  readonly failureOf: (response: Response, path: string, deadline: Deadline) => Promise<InferenceFailure>;
  /** One attempt. Throws the failure of a status that is not 2xx. */
  readonly exchangeOk: Session["exchange"];
  /** Runs `work` with retries. Does not use the circuit breaker; the caller must. */
  readonly retry: <Value>(deadline: Deadline, work: () => Promise<Value>) => Promise<Value>;
  /**
   * `retry` through the circuit, which counts all attempts as one call: requests on connections that the server has just closed fail at
   * the first attempt and succeed at the second, which must not count against the server.
   */
  readonly call: <Value>(deadline: Deadline, work: () => Promise<Value>, isBestEffort?: boolean) => Promise<Value>;
}

function headersOf(fixed: Readonly<Record<string, string>>, call: CallOptions, message?: Message): Headers {
  try {
    const headers = new Headers({ ...fixed, ...message?.headers });
    if (call.requestId !== undefined) headers.set("X-Request-Id", call.requestId);
    if (call.traceparent !== undefined) headers.set("traceparent", call.traceparent);
    if (call.caller !== undefined && call.caller !== "") headers.set("X-Caller", call.caller);
    return headers;
  } catch (cause) {
    throw new InferenceFailure("invalid-request", "A header has characters that headers may not have.", { cause });
  }
}

function requestOf(url: string, headers: Headers, message?: Message): HttpRequest {
  if (message === undefined) return { method: "GET", url, headers };
  return { method: "POST", url, headers, body: message.body };
}

/** Creates a session. Throws `TypeError` for an invalid URL. */
export function createSession(options: InferenceClientOptions): Session {
  const { url, fetch, now, random, headers = {}, maxReplyBytes = DEFAULT_MAX_REPLY_BYTES } = options;
  const base = parseBaseUrl(url);
  const circuit = createCircuit({ ...defaultBreaker, ...options.breaker }, now);
  const settings = { ...defaultRetry, ...options.retry };
  const exchange: Session["exchange"] = (path, call, deadline, message) =>
    send(fetch, requestOf(`${base}${path}`, headersOf(headers, call, message), message), deadline);
  const retry: Session["retry"] = (deadline, work) => withRetries(work, { deadline, random, settings });
  return {
    circuit,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    maxReplyBytes,
    startDeadline: ({ deadlineMs, signal }, defaultMs) => startDeadline(options, deadlineMs ?? defaultMs, signal),
    exchange,
    failureOf: (response, path, deadline) => failureOf(response, path, deadline, now()),
    exchangeOk: async (path, call, deadline, message) => {
      const response = await exchange(path, call, deadline, message);
      if (response.ok) return response;
      throw await failureOf(response, path, deadline, now());
    },
    retry,
    call: async (deadline, work, isBestEffort) => {
      deadline.check();
      return withCircuit(circuit, () => retry(deadline, work), isBestEffort);
    },
  };
}
