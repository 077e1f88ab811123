import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";

/** The name of a body that waits here. */
const BODY_HEADER = "x-relay-body";

/** Between a checker that breaks bytes and the API. */
export interface Relay {
  readonly origin: string;
  /** Keeps a request's body for when the request comes by; resolves to the headers to send with it. */
  keep(request: Request): Promise<Headers>;
  stop(): Promise<void>;
}

/** Headers of a connection, which each has of its own, and those of a compression that `fetch` has undone. */
const own = new Set([
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
  const given = Object.entries(headers).flatMap(([name, value]) =>
    own.has(name) ? [] : [[name, String(value)] as const],
  );
  return new Headers(given.map(([name, value]) => [name, value]));
}

async function answer(response: Response, reply: ServerResponse): Promise<void> {
  reply.writeHead(response.status, Object.fromEntries([...response.headers].filter(([name]) => !own.has(name))));
  // Prism reads an answer to its end anyway.
  reply.end(new Uint8Array(await response.arrayBuffer()));
}

/**
 * Sends requests on to `origin` with the bodies that they had before they came through Prism, which takes every body for text
 * (stoplightio/prism#1321) and so passes no picture on.
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
