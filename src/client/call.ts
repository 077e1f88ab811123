import { type Clock, type Deadline, startDeadline } from "../inference/protocol/deadline.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { type Fetch, type HttpRequest, readBody, send } from "../inference/protocol/transport.ts";
import { type WithResponse, withResponse } from "./answer-promise.ts";
import { MAX_ANSWER_BYTES, openStream } from "./answer-stream.ts";
import { withRetries } from "./attempts.ts";
import type { AnswerEvent } from "./contract.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";
import { replyError } from "./problem-reply.ts";

/** Where the API is, and the createManualClock that the client lives in. */
export interface Connection extends Clock {
  /** Without a slash at its end. */
  readonly base: string;
  readonly fetch: Fetch;
  /** In 0..1. */
  readonly random: () => number;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** What every call may be told beside its question. */
export interface CallOptions {
  /** Ends the call; it rejects with the code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take, all attempts and all bytes included; a stream, too. */
  readonly timeoutMs?: number | undefined;
  /** How often it may be tried again: after a lost connection, 429, 503 and every problem that is `retryable`. Every operation reads and changes nothing, so all are safe to repeat. */
  readonly maxRetries?: number | undefined;
  /** Sent besides, as `Cache-Control: no-store`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A question as HTTP has it. */
export interface ApiRequest {
  readonly method: HttpRequest["method"];
  /** With its query. */
  readonly path: string;
  readonly mediaType?: string;
  readonly body?: NonNullable<HttpRequest["body"]>;
}

/** Longest time that timers can be set to. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Most retries: with pauses that double up to two seconds, more of them only ask a server that is down. */
export const MAX_RETRIES = 10;

function whole(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  const message = `Give a whole number from ${from} to ${to}.`;
  throw new FlorenceError("invalid-request", `${name}: ${message}`, {
    fix: message,
    issues: [{ path: name, message }],
  });
}

function requestOf({ base, headers: fixed }: Connection, question: ApiRequest, options: CallOptions): HttpRequest {
  const { method, path, mediaType, body } = question;
  try {
    const headers = new Headers(fixed);
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
    if (mediaType !== undefined) headers.set("content-type", mediaType);
    return { method, url: base + path, headers, ...(body !== undefined && { body }) };
  } catch (cause) {
    throw new FlorenceError("invalid-request", "A header has characters that headers may not have.", { cause });
  }
}

type Read<Data> = (response: Response, deadline: Deadline) => Promise<Data>;

async function exchange<Data>(connection: Connection, question: ApiRequest, options: CallOptions, read: Read<Data>) {
  const timeoutMs = whole("timeoutMs", options.timeoutMs ?? connection.timeoutMs, 1, MAX_TIMEOUT_MS);
  const maxRetries = whole("maxRetries", options.maxRetries ?? connection.maxRetries, 0, MAX_RETRIES);
  const request = requestOf(connection, question, options);
  const deadline = startDeadline(connection, timeoutMs, options.signal);
  try {
    const attempt = async (): Promise<WithResponse<Data>> => {
      const response = await send(connection.fetch, request, deadline);
      if (!response.ok) throw await replyError(response, deadline, connection.now());
      return withResponse(await read(response, deadline), response);
    };
    return { completed: await withRetries(attempt, { deadline, random: connection.random, maxRetries }), deadline };
  } catch (thrown) {
    deadline.end();
    throw florenceErrorOf(thrown) ?? thrown;
  }
}

/** A drawing, which is a text; everything else is JSON. */
const DRAWING = /^image\/svg\+xml\s*(?:;|$)/iu;

/** Whether there is an answer. That it is the one which the contract promises is believed. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what is believed has to be named
function isAnswer<Data>(value: unknown, isDrawing: boolean): value is Data {
  return isDrawing || isFields(value);
}

async function readData<Data>(response: Response, deadline: Deadline): Promise<Data> {
  const text = new TextDecoder().decode(await readBody(response, deadline, MAX_ANSWER_BYTES));
  const isDrawing = DRAWING.test(response.headers.get("content-type") ?? "");
  const value = isDrawing ? text : parseJson(text);
  if (isAnswer<Data>(value, isDrawing)) return value;
  throw new FlorenceError("invalid-response", "The answer is no JSON object.", { status: response.status });
}

/** Asks, and reads the whole answer. Rejects with `FlorenceError`. */
export async function call<Data>(
  connection: Connection,
  question: ApiRequest,
  options: CallOptions,
): Promise<WithResponse<Data>> {
  const { completed, deadline } = await exchange(connection, question, options, readData<Data>);
  deadline.end();
  return completed;
}

/** Asks for a stream, and waits for its first event. Rejects with `FlorenceError`, and so may the stream. */
export async function callStream(
  connection: Connection,
  question: ApiRequest,
  options: CallOptions,
): Promise<WithResponse<AsyncIterable<AnswerEvent>>> {
  return (await exchange(connection, question, options, openStream)).completed;
}
