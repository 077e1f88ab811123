import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
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

/** How often requests that are being sent are held against their time, in milliseconds. */
const CHECK_INTERVAL_MS = 100;

/** An HTTP server with limits on how slow a caller may be. */
export interface HttpServer {
  /** 0 takes a free port. Rejects where the address is taken. */
  listen(port: number, host: string): Promise<URL>;
  /** Lets answers that are made or written be sent for as long as is allowed, then ends everything. Says whether all were sent. */
  close(maxWaitMs: number): Promise<boolean>;
}

/** Whether work ends in time. It must not reject. */
export async function endsWithin(work: Promise<unknown>, maxWaitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), maxWaitMs);
  void work.then(() => resolve(true));
  const isDone = await promise;
  clearTimeout(timer);
  return isDone;
}

/** A connection that nothing moved on for a while is the server's to end; one whose answer is still being made is not. */
function endStalled(_incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.on("timeout", (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

/** Resolves when no answer is on its way: `close` of Node's own server cuts off those that are written and not yet sent. */
function createSendings(server: Server) {
  const underWay = new Set<ServerResponse>();
  let heard: (() => void) | undefined;
  server.on("request", (_incoming, outgoing: ServerResponse) => {
    underWay.add(outgoing);
    outgoing.once("close", () => {
      underWay.delete(outgoing);
      if (underWay.size === 0) heard?.();
    });
  });
  return {
    ended: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
        if (underWay.size === 0) resolve();
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
 * How long an idle connection is kept, in milliseconds: longer than callers and their proxies keep theirs, so that it is they
 * who close it, and no request is sent into a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 65_000;

/** A server around a handler of requests. */
export function createHttpServer(
  fetch: (request: Request) => Response | Promise<Response>,
  { receiveMs, stallMs }: HttpTimeouts,
): HttpServer {
  const serverOptions = {
    requestTimeout: receiveMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createAdaptorServer({ fetch, serverOptions });
  if (!("closeAllConnections" in server)) throw new TypeError("The server does not speak HTTP/1.1.");
  server.setTimeout(stallMs);
  server.on("request", endStalled);
  const sendings = createSendings(server);
  return {
    listen: (port, host) => listen(server, port, host),
    close: async (maxWaitMs) => {
      const isSent = await endsWithin(sendings.ended(), maxWaitMs);
      server.close();
      server.closeAllConnections();
      return isSent;
    },
  };
}
