import { Agent, type IncomingMessage, request as startRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";

/** Milliseconds after which a request counts as unanswered: on a busy machine, a request waits for others in the queue of the embedded model. */
const NO_ANSWER_MS = 60_000;

/** How many bytes more than it has a body announces that is cut off. */
const MISSING_BYTES = 100;

/** The result of a request: a response, none because the request was cut off, or none although it was complete. */
export type Sent =
  | { readonly type: "response"; readonly response: Response; readonly ms: number }
  | { readonly type: "cut" }
  | { readonly type: "unanswered"; readonly error: unknown; readonly ms: number };

/** Creates connections to one server, at most one for each request in flight. */
export function createAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: Infinity });
}

function headersOf({ method, headers, body, transfer }: FuzzRequest, { host }: URL, id: string): string[] {
  const sized = body !== undefined && transfer !== "chunked";
  const length = (body?.length ?? 0) + (transfer === "cut" ? MISSING_BYTES : 0);
  const needsLength = sized || (body === undefined && method !== "GET" && method !== "HEAD" && method !== "OPTIONS");
  const own: readonly (readonly [string, string])[] = [
    ["host", host],
    ...(headers.some(([name]) => name === "x-request-id") ? [] : [["x-request-id", id] as const]),
    ...headers,
    ...(needsLength ? [["content-length", String(length)] as const] : []),
    // Node would send the body of a DELETE without any framing.
    ...(transfer === "chunked" && body !== undefined ? [["transfer-encoding", "chunked"] as const] : []),
  ];
  return own.flat();
}

/** The runtime in front of the Worker compresses some answers for callers that accept it. */
const decoders: Readonly<Record<string, (body: Uint8Array) => Uint8Array<ArrayBuffer>>> = {
  gzip: (body) => Uint8Array.from(gunzipSync(body)),
  br: (body) => Uint8Array.from(brotliDecompressSync(body)),
  deflate: (body) => Uint8Array.from(inflateSync(body)),
};

async function responseOf(message: IncomingMessage): Promise<Response> {
  const received = await buffer(message);
  const encoding = message.headers["content-encoding"];
  const body =
    received.length === 0 ? new Uint8Array() : (decoders[encoding ?? ""]?.(received) ?? new Uint8Array(received));
  const { statusCode: status = 0 } = message;
  const headers = new Headers(
    Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  );
  return new Response([204, 304].includes(status) ? null : body, { status, headers });
}

interface Attempt {
  readonly sent: Sent;
  /**
   * Whether a kept connection broke before anything came, since the server may have closed it just then; or any connection while the body was sent: the
   * API refuses one that is too large before all of it has come, and what it wrote may be lost.
   */
  readonly mayRetry: boolean;
}

const isBrokenPipe = (error: Error): boolean => "code" in error && error.code === "EPIPE";

function attempt(url: URL, agent: Agent, request: FuzzRequest, id: string): Promise<Attempt> {
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  const end = (sent: Sent, mayRetry = false): void => resolve({ sent, mayRetry });
  const unanswered = (error: unknown, mayRetry = false): void =>
    end({ type: "unanswered", error, ms: performance.now() - started }, mayRetry);
  const { hostname, port } = url;
  const { method, target: path, body, transfer } = request;
  const call = startRequest({ hostname, port, method, path, agent, headers: headersOf(request, url, id) });
  call.setTimeout(NO_ANSWER_MS, () => call.destroy(new Error(`No answer within ${NO_ANSWER_MS / 1000} s.`)));
  call.on("response", (message) => {
    responseOf(message).then(
      (response) => end({ type: "response", response, ms: performance.now() - started }),
      (error: unknown) => unanswered(error),
    );
  });
  call.on("error", (error) =>
    transfer === "cut" ? end({ type: "cut" }) : unanswered(error, call.reusedSocket || isBrokenPipe(error)),
  );
  if (transfer === "cut") call.write(body ?? "", () => setImmediate(() => call.destroy()));
  else call.end(body);
  return promise;
}

/** Attempts at a request whose connection broke: of 100,000 requests, three lost the answer to a body that is too large twice in a row. */
const MAX_ATTEMPTS = 5;

/** Sends a request and reads the whole response. `id` is its X-Request-Id unless it has its own. Never rejects. */
export async function send(url: URL, agent: Agent, request: FuzzRequest, id: string): Promise<Sent> {
  let latest = await attempt(url, agent, request, id);
  for (let attempts = 1; latest.mayRetry && attempts < MAX_ATTEMPTS; attempts += 1) {
    latest = await attempt(url, agent, request, id);
  }
  return latest.sent;
}
