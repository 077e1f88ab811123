import { counted, repeated } from "./attempts.ts";
import { baseOf } from "./addresses.ts";
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

/** How long calls may take, over all attempts and to the last byte, in milliseconds. */
export interface Timeouts {
  /** Of everything but health. */
  readonly callMs: number;
  /** Of live, ready and modelReady, which have no second attempt. */
  readonly probeMs: number;
}

/** A cold model may load for many seconds; a server that does not say within two that it lives does not. */
export const defaultTimeouts: Timeouts = { callMs: 30_000, probeMs: 2000 };

/** Most bytes of a reply: thirteen pictures' encoder states of Florence-2-large (577 x 1024 float32 numbers each), in an isolate of 128 MB. */
export const DEFAULT_MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** Where the server is, and what the client needs of the createManualClock. */
export interface InferenceClientOptions extends Clock {
  /** http(s)://host[:port][/path]; `/v2/…` is put behind it. */
  readonly url: string;
  readonly fetch: Fetch;
  /** In 0..1, for the pauses between attempts. */
  readonly random: () => number;
  /** Go with every request: a shared secret, for instance. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly retry?: Partial<RetrySettings> | undefined;
  readonly breaker?: Partial<BreakerSettings> | undefined;
  readonly maxReplyBytes?: number | undefined;
  /** Whether tensors travel as binary data, where that is known: KServe reads them without listing it. Otherwise `GET /v2` is asked. */
  readonly binaryTensors?: boolean | undefined;
}

/** What one call may say besides its request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of `timeouts`. */
  readonly deadlineMs?: number | undefined;
  /** For a question with less time than a server may well take: that it ran out says nothing to the circuit. */
  readonly isBestEffort?: boolean | undefined;
  /** Sent as X-Request-Id. */
  readonly requestId?: string | undefined;
  /** Sent as it is. */
  readonly traceparent?: string | undefined;
  /** Of the model, a number; the server chooses otherwise. */
  readonly version?: string | undefined;
}

/** What goes with one attempt: made anew for each, since less of the deadline is left. */
export interface Message {
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One server with everything that calls to it share. */
export interface Session {
  readonly circuit: Circuit;
  readonly timeouts: Timeouts;
  readonly maxReplyBytes: number;
  readonly begin: (call: CallOptions, defaultMs: number) => Deadline;
  /** One attempt, whatever its status. */
  readonly exchange: (path: string, call: CallOptions, deadline: Deadline, message?: Message) => Promise<Response>;
  /** One attempt; a status that is not 2xx is thrown as its failure. */
  readonly demand: Session["exchange"];
  /** Attempts until one succeeds, whatever they are; whoever calls it sees to the circuit. */
  readonly repeat: <Value>(deadline: Deadline, work: () => Promise<Value>) => Promise<Value>;
  /**
   * The same, counted by the circuit as one: a burst of requests on connections that the server has just closed fails at once and
   * succeeds at the second attempt, and says nothing against the server.
   */
  readonly call: <Value>(deadline: Deadline, work: () => Promise<Value>, isBestEffort?: boolean) => Promise<Value>;
}

function headersOf(fixed: Readonly<Record<string, string>>, call: CallOptions, message?: Message): Headers {
  try {
    const headers = new Headers({ ...fixed, ...message?.headers });
    if (call.requestId !== undefined) headers.set("X-Request-Id", call.requestId);
    if (call.traceparent !== undefined) headers.set("traceparent", call.traceparent);
    return headers;
  } catch (cause) {
    throw new InferenceFailure("invalid-request", "A header has characters that headers may not have.", { cause });
  }
}

function requestOf(url: string, headers: Headers, message?: Message): HttpRequest {
  if (message === undefined) return { method: "GET", url, headers };
  return { method: "POST", url, headers, body: message.body };
}

/** Throws `TypeError` where the url is none. */
export function createSession(options: InferenceClientOptions): Session {
  const { url, fetch, now, random, headers = {}, maxReplyBytes = DEFAULT_MAX_REPLY_BYTES } = options;
  const base = baseOf(url);
  const circuit = createCircuit({ ...defaultBreaker, ...options.breaker }, now);
  const settings = { ...defaultRetry, ...options.retry };
  const exchange: Session["exchange"] = (path, call, deadline, message) =>
    send(fetch, requestOf(`${base}${path}`, headersOf(headers, call, message), message), deadline);
  const repeat: Session["repeat"] = (deadline, work) => repeated(work, { deadline, random, settings });
  return {
    circuit,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    maxReplyBytes,
    begin: ({ deadlineMs, signal }, defaultMs) => startDeadline(options, deadlineMs ?? defaultMs, signal),
    exchange,
    demand: async (path, call, deadline, message) => {
      const response = await exchange(path, call, deadline, message);
      if (response.ok) return response;
      throw await failureOf(response, path, deadline, now());
    },
    repeat,
    call: async (deadline, work, isBestEffort) => {
      deadline.check();
      return counted(circuit, () => repeat(deadline, work), isBestEffort);
    },
  };
}
