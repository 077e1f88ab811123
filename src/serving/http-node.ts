import { once } from "node:events";
import { IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { BODY_TIMEOUT_MS } from "../http/body.ts";
import type { Connection } from "./caller.ts";
import { afterUnread } from "./unread-node.ts";
import { withJoinedBody } from "./joined-body-node.ts";

/** Timeouts for slow callers, in milliseconds. */
export interface HttpTimeouts {
  /** Time to send a whole request: a stalled one would count as in flight. The largest body takes 9 s at 60 Mbit/s. */
  readonly receiveMs: number;
  /** Maximum time in which the caller reads nothing of a response: unsent data stays in memory. */
  readonly stallMs: number;
}

/** Default timeouts; tests set shorter ones. */
export const defaultTimeouts: HttpTimeouts = { receiveMs: BODY_TIMEOUT_MS, stallMs: 60_000 };

/** How often requests in transfer are checked against `receiveMs`, in milliseconds. */
const CHECK_INTERVAL_MS = 100;

/** An HTTP server with limits on how slow a caller may be. */
export interface HttpServer {
  /** Starts listening; port 0 selects a free port. Rejects if the address is in use. */
  listen(port: number, host: string): Promise<URL>;
  /** Waits at most `maxWaitMs` for responses in progress, then closes all connections. Resolves with whether all were sent. */
  close(maxWaitMs: number): Promise<boolean>;
}

/** Resolves with whether `work` ends within `maxWaitMs`. `work` must not reject. */
export async function endsWithin(work: Promise<unknown>, maxWaitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), maxWaitMs);
  void work.then(() => resolve(true));
  const isDone = await promise;
  clearTimeout(timer);
  return isDone;
}

/** Closes a connection that has been idle for the timeout with unsent data; one that waits for its response to be computed stays open. */
function endStalled(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.on("timeout", (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

/** Tracks responses in progress: `close` of Node's server cuts off responses that are written but not yet sent. */
function createResponseTracker(server: Server) {
  const inProgress = new Set<ServerResponse>();
  let onIdle: (() => void) | undefined;
  server.on("request", (_incoming, outgoing: ServerResponse) => {
    inProgress.add(outgoing);
    outgoing.once("close", () => {
      inProgress.delete(outgoing);
      if (inProgress.size === 0) onIdle?.();
    });
  });
  return {
    /** Resolves when no response is in progress. */
    ended: () =>
      new Promise<void>((resolve) => {
        onIdle = resolve;
        if (inProgress.size === 0) resolve();
      }),
  };
}

async function listen(server: Server, port: number, host: string): Promise<URL> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server listens on no port.");
  return new URL(`http://${host.includes(":") ? `[${host}]` : host}:${address.port}`);
}

/**
 * Keep-alive timeout, in milliseconds: longer than that of callers and their proxies, so that they close idle connections and no request
 * is sent on a connection that the server is just closing.
 */
const KEEP_ALIVE_MS = 65_000;

/**
 * Bytes of a body that Node keeps of a paused request before it stops reading. Its default of 64 KiB has room for as many chunks of one byte, which
 * take 0.1 s and 20 MB.
 */
const PAUSED_BYTES = 4096;

/** Creates an HTTP/1.1 server for a fetch handler. */
export function createHttpServer(
  fetch: (request: Request, connection: Connection) => Response | Promise<Response>,
  { receiveMs, stallMs }: HttpTimeouts,
): HttpServer {
  const serverOptions = {
    requestTimeout: receiveMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    highWaterMark: PAUSED_BYTES,
  };
  const server = createAdaptorServer({
    fetch: async (request, { incoming }) => {
      if (!(incoming instanceof IncomingMessage)) return fetch(request, { incoming });
      const joined = withJoinedBody(request, incoming);
      return afterUnread(joined, incoming, await fetch(joined, { incoming }));
    },
    serverOptions,
  });
  if (!("closeAllConnections" in server)) throw new TypeError("The server does not speak HTTP/1.1.");
  server.setTimeout(stallMs);
  server.on("request", endStalled);
  const responses = createResponseTracker(server);
  return {
    listen: (port, host) => listen(server, port, host),
    close: async (maxWaitMs) => {
      const isSent = await endsWithin(responses.ended(), maxWaitMs);
      server.close();
      server.closeAllConnections();
      return isSent;
    },
  };
}
