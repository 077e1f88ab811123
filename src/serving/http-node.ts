import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";

/** How long a caller may take, in milliseconds. */
export interface HttpTimeouts {
  /** To send a whole request: one that stalls would keep its place. The largest body takes 9 s at 60 Mbit/s. */
  readonly receiveMs: number;
  /** To take anything of an answer that is written: what waits for a caller fills the memory. */
  readonly stallMs: number;
}

/** What a server is started with unless a test is in a hurry. */
export const defaultTimeouts: HttpTimeouts = { receiveMs: 60_000, stallMs: 60_000 };

/** How often connections are held against the timeouts, and idle ones closed when the server ends. */
const CHECK_INTERVAL_MS = 100;

/** A connection that nothing moved on for a while is the server's to end; one whose answer is still being made is not. */
function endStalled(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.on("timeout", (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

/** An HTTP server around a handler of requests, with limits on how slow a caller may be. */
export function createHttpServer(
  fetch: (request: Request) => Response | Promise<Response>,
  { receiveMs, stallMs }: HttpTimeouts,
): Server {
  const serverOptions = { requestTimeout: receiveMs, connectionsCheckingInterval: CHECK_INTERVAL_MS };
  const server = createAdaptorServer({ fetch, serverOptions });
  if (!("closeAllConnections" in server)) throw new TypeError("The server does not speak HTTP/1.1.");
  server.setTimeout(stallMs);
  server.on("request", endStalled);
  return server;
}

/** Listens; 0 takes a free port. Rejects where the address is taken. */
export async function listen(server: Server, port: number, host: string): Promise<URL> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server listens on no port.");
  return new URL(`http://${host.includes(":") ? `[${host}]` : host}:${address.port}`);
}

/** Takes no more connections, and lets answers that are written be sent; ends what is left after `maxWaitMs`. Says whether all were sent. */
export async function closeServer(server: Server, maxWaitMs: number): Promise<boolean> {
  let isClosed = false;
  server.close(() => {
    isClosed = true;
  });
  for (let waited = 0; !isClosed && waited < maxWaitMs; waited += CHECK_INTERVAL_MS) {
    server.closeIdleConnections();
    await setTimeout(CHECK_INTERVAL_MS);
  }
  server.closeAllConnections();
  return isClosed;
}
