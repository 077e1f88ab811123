import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";

/** The header with the id of a stored body. */
const BODY_HEADER = "x-relay-body";

/** A relay between a checker that corrupts binary bodies and the API. */
export interface Relay {
  readonly origin: string;
  /** Stores a request's body until the request arrives at the relay; resolves to the headers to send with the request. */
  keep(request: Request): Promise<Headers>;
  stop(): Promise<void>;
}

/** Headers that are not forwarded: those of one connection, and those of the compression that `fetch` has decoded. */
const notForwarded = new Set([
  "host",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "content-encoding",
  BODY_HEADER,
]);

function headersOf({ headers }: IncomingMessage): Headers {
  const forwarded = Object.entries(headers).flatMap(([name, value]) =>
    notForwarded.has(name) ? [] : [[name, String(value)] as const],
  );
  return new Headers(forwarded.map(([name, value]) => [name, value]));
}

async function answer(response: Response, reply: ServerResponse): Promise<void> {
  reply.writeHead(
    response.status,
    Object.fromEntries([...response.headers].filter(([name]) => !notForwarded.has(name))),
  );
  // Buffered: Prism reads an answer to its end anyway.
  reply.end(new Uint8Array(await response.arrayBuffer()));
}

/**
 * Starts a relay that forwards requests to `origin` with their original bodies: Prism treats every body as text
 * (stoplightio/prism#1321) and so corrupts images.
 */
export async function startRelay(origin: string): Promise<Relay> {
  const bodies = new Map<string, ArrayBuffer>();
  const server = createServer((request, reply) => {
    const body = bodies.get(String(request.headers[BODY_HEADER]));
    const method = request.method ?? "GET";
    const sent = fetch(origin + (request.url ?? "/"), {
      method,
      headers: headersOf(request),
      ...(body === undefined || method === "GET" ? {} : { body }),
    });
    sent.then((response) => answer(response, reply)).catch(() => reply.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    keep: async (request) => {
      const name = String(bodies.size);
      bodies.set(name, await request.clone().arrayBuffer());
      const headers = new Headers(request.headers);
      headers.set(BODY_HEADER, name);
      return headers;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
