import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { byteChange } from "./byte-changes.ts";
import { utf8 } from "../text-bytes.ts";
import { hashOf } from "./bytes.ts";

/** A backend's reply. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

type Change = (reply: Reply) => Reply;

const withStatus =
  (status: number, headers: Readonly<Record<string, string>> = {}): Change =>
  (reply) => ({ ...reply, status, headers: { ...reply.headers, ...headers } });
const withHeader =
  (name: string, value: string): Change =>
  (reply) => ({ ...reply, headers: { ...reply.headers, [name]: value } });
const withBody =
  (body: Uint8Array, type?: string): Change =>
  (reply) => ({ ...reply, body, headers: type === undefined ? reply.headers : { "content-type": type } });

const HEADER_LENGTH = "inference-header-content-length";

/** Replies of broken backends, and of proxies in front of one. */
const changes: readonly Change[] = [
  ...[201, 204, 400, 404, 413, 429, 500, 502, 503, 599].map((status) => withStatus(status)),
  withStatus(503, { "retry-after": "-1" }),
  withStatus(302, { location: "/" }),
  ...["0", "-1", "7", "1000000000", "x"].map((length) => withHeader(HEADER_LENGTH, length)),
  withHeader("content-type", "text/html"),
  withHeader("content-encoding", "gzip"),
  withBody(new Uint8Array()),
  withBody(utf8("<html>Bad gateway</html>"), "text/html"),
  ...[
    "null",
    "[]",
    "{}",
    '{"outputs":[]}',
    '{"outputs":[{"name":"text","datatype":"BYTES","shape":[-1],"data":[7]}]}',
    "[".repeat(9000),
  ].map((text) => withBody(utf8(text), "application/json")),
  ...["data: {}\n\n", "data: null\n\n", "event: x\ndata:\n\n", 'data: {"error":7}\n\n'].map((text) =>
    withBody(utf8(text), "text/event-stream"),
  ),
  ...fc.sample(byteChange, { seed: 1, numRuns: 100 }).map(({ value: change }): Change => (reply) => ({
    ...reply,
    body: change(reply.body),
  })),
];

/** One reply in this many is changed: fewer would leave little to see, and of more, the API would suspend its requests. */
const CHANGED_ONE_IN = 3;

/** One changed reply in this many has no end. */
const CUT_ONE_IN = 20;

/** Headers of a connection, or that the changed body contradicts. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "host",
]);

function endToEnd(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !HOP_HEADERS.has(name)));
}

async function forward(backend: URL, incoming: IncomingMessage, body: Uint8Array<ArrayBuffer>): Promise<Reply> {
  const { method = "GET", url = "/" } = incoming;
  const headers = endToEnd(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const));
  const response = await fetch(new URL(url, backend), { method, headers, ...(method === "POST" && { body }) });
  const { status } = response;
  return { status, headers: endToEnd(response.headers), body: new Uint8Array(await response.arrayBuffer()) };
}

async function answer(backend: URL, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = Uint8Array.from(await buffer(incoming));
  const reply = await forward(backend, incoming, body);
  const hash = hashOf(body);
  const isChanged = incoming.method === "POST" && hash % CHANGED_ONE_IN === 0;
  const choice = Math.floor(hash / CHANGED_ONE_IN);
  const change = isChanged ? changes[choice % changes.length] : undefined;
  const { status, headers, body: sent } = change?.(reply) ?? reply;
  outgoing.writeHead(status, { ...headers, "content-length": sent.length });
  if (!isChanged || choice % CUT_ONE_IN > 0) outgoing.end(sent);
  else outgoing.write(sent.subarray(0, sent.length / 2), () => outgoing.destroy());
}

/** Starts a proxy that passes on the metadata of a backend, and one in three of its answers changed. The same request gets the same reply. */
export async function startRubbishBackend(backend: URL): Promise<{ readonly url: URL; stop(): void }> {
  const server = createServer((incoming, outgoing) => {
    // The API closes connections that it needs no more.
    answer(backend, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server listens to no port.");
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: new URL(`http://127.0.0.1:${address.port}/`), stop };
}
