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

/** Base URL and defaults of the client, with its `fetch`, clock and random numbers. */
export interface Connection extends Clock {
  /** Base URL without a trailing slash. */
  readonly base: string;
  readonly fetch: Fetch;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKey: string | undefined;
  readonly maxPrice: number | undefined;
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum duration of the call in milliseconds, all attempts and the whole response included; of a stream, too. */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of retries: after a lost connection, 429, 503 and every `retryable` problem. All operations are read-only and safe to repeat. */
  readonly maxRetries?: number | undefined;
  /** The key of an account, where answers cost credits. Whoever can read the program can read it: keep it on a server. */
  readonly apiKey?: string | undefined;
  /** The most that the request may cost, in micro-US-dollars; one that would cost more rejects with `price-above-maximum`. */
  readonly maxPrice?: number | undefined;
  /** Your own id for this call: with `no-store` or `no-cache`, a repeat with the same id costs nothing again. Retries of a call have the same one. */
  readonly idempotencyKey?: string | undefined;
  /** Additional request headers, for example `Cache-Control: no-store`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request to the API, relative to the base URL. */
export interface ApiRequest {
  readonly method: HttpRequest["method"];
  /** Path with its query. */
  readonly path: string;
  readonly mediaType?: string;
  readonly body?: NonNullable<HttpRequest["body"]>;
}

/** Longest timeout that timers support. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Maximum number of retries: delays double up to two seconds, so that further retries would only load a server that is down. */
export const MAX_RETRIES = 10;

/** Returns a whole number of a range. Throws `invalid-request`. */
export function integerInRange(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  const message = `Give a whole number from ${from} to ${to}.`;
  throw new FlorenceError("invalid-request", `${name}: ${message}`, {
    fix: message,
    issues: [{ path: name, message }],
  });
}

/** The headers of the options that have one. Those that the caller writes into `headers` win. */
function optionHeaders(defaults: Connection, options: CallOptions): Headers {
  const apiKey = options.apiKey ?? defaults.apiKey;
  const maxPrice = options.maxPrice ?? defaults.maxPrice;
  return new Headers([
    ...(apiKey === undefined ? [] : [["authorization", `Bearer ${apiKey}`] as [string, string]]),
    ...(maxPrice === undefined ? [] : [["max-price", String(maxPrice)] as [string, string]]),
    ...(options.idempotencyKey === undefined ? [] : [["idempotency-key", options.idempotencyKey] as [string, string]]),
  ]);
}

function toHttpRequest(connection: Connection, request: ApiRequest, options: CallOptions): HttpRequest {
  const { method, path, mediaType, body } = request;
  try {
    const headers = optionHeaders(connection, options);
    const given = { ...connection.headers, ...options.headers };
    for (const [name, value] of Object.entries(given)) headers.set(name, value);
    if (mediaType !== undefined) headers.set("content-type", mediaType);
    return { method, url: connection.base + path, headers, ...(body !== undefined && { body }) };
  } catch (cause) {
    throw new FlorenceError("invalid-request", "A header has characters that headers may not have.", { cause });
  }
}

type ReadData<Data> = (response: Response, deadline: Deadline, request: HttpRequest) => Promise<Data>;

/** Sends a request, and reads the reply as `read` does until the deadline, which the caller ends. Rejects with `FlorenceError`. */
export async function exchange<Data>(
  connection: Connection,
  request: ApiRequest,
  options: CallOptions,
  read: ReadData<Data>,
) {
  const timeoutMs = integerInRange("timeoutMs", options.timeoutMs ?? connection.timeoutMs, 1, MAX_TIMEOUT_MS);
  const maxRetries = integerInRange("maxRetries", options.maxRetries ?? connection.maxRetries, 0, MAX_RETRIES);
  const httpRequest = toHttpRequest(connection, request, options);
  const deadline = startDeadline(connection, timeoutMs, options.signal);
  try {
    const attempt = async (): Promise<WithResponse<Data>> => {
      const response = await send(connection.fetch, httpRequest, deadline);
      if (!response.ok) throw await replyError(response, deadline, connection.now());
      return withResponse(await read(response, deadline, httpRequest), response);
    };
    return { completed: await withRetries(attempt, { deadline, random: connection.random, maxRetries }), deadline };
  } catch (thrown) {
    deadline.end();
    throw florenceErrorOf(thrown) ?? thrown;
  }
}

/** How the body of an overlay is read, by its media type; all other answers are JSON objects. */
const overlayReaders = new Map<string, (body: Uint8Array) => unknown>([
  ["image/svg+xml", (body) => new TextDecoder().decode(body)],
  ["image/png", (body) => body],
]);

function mediaTypeOf({ headers }: Response): string {
  return ((headers.get("content-type") ?? "").split(";")[0] ?? "").trim().toLowerCase();
}

/** Checks only that the value is a JSON object or the file of an overlay; it is trusted to match the type of the contract. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the trusted type has to be named
function isAnswer<Data>(value: unknown, isOverlay: boolean): value is Data {
  return isOverlay || isFields(value);
}

async function readData<Data>(response: Response, deadline: Deadline): Promise<Data> {
  const body = await readBody(response, deadline, MAX_ANSWER_BYTES);
  const readOverlay = overlayReaders.get(mediaTypeOf(response));
  const value = readOverlay === undefined ? parseJson(new TextDecoder().decode(body)) : readOverlay(body);
  if (isAnswer<Data>(value, readOverlay !== undefined)) return value;
  throw new FlorenceError("invalid-response", "The answer is no JSON object.", { status: response.status });
}

/** Sends a request and reads the whole answer. Rejects with `FlorenceError`. */
export async function call<Data>(
  connection: Connection,
  request: ApiRequest,
  options: CallOptions,
): Promise<WithResponse<Data>> {
  const { completed, deadline } = await exchange(connection, request, options, readData<Data>);
  deadline.end();
  return completed;
}

/** Sends a request for a stream and waits for its first event. The promise and the stream reject with `FlorenceError`. */
export async function callStream(
  connection: Connection,
  request: ApiRequest,
  options: CallOptions,
): Promise<WithResponse<AsyncIterable<AnswerEvent>>> {
  return (await exchange(connection, request, options, openStream)).completed;
}
