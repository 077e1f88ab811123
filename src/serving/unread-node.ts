import type { IncomingMessage } from "node:http";

/** Declared length up to which the rest of a body is read and dropped, so that its connection can be used again. */
const MAX_DROPPED_BYTES = 64 * 1024;

/** Milliseconds for which a caller who is still sending may read the response, before the connection is closed: closed at once, the response is often lost. */
const LINGER_MS = 1000;

/** A response after which the connection is closed. Its end is delayed; its length says when it is whole. */
async function closing(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("content-length", String(bytes.length));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(bytes);
      timer = setTimeout(() => controller.close(), LINGER_MS);
    },
    // The caller has left: closing the stream then would throw, in nobody's call.
    cancel: () => clearTimeout(timer),
  });
  return new Response(body, { status: response.status, headers });
}

/**
 * Returns the response to a request that was perhaps not read to its end. The rest of a small body is dropped; before a larger one, the caller is told that
 * the connection closes.
 */
export async function afterUnread(request: Request, incoming: IncomingMessage, response: Response): Promise<Response> {
  if (incoming.complete) return response;
  const length = Number(incoming.headers["content-length"] ?? Infinity);
  if (length > MAX_DROPPED_BYTES) return closing(response);
  if (request.body?.locked === false) await request.body.cancel();
  incoming.resume();
  return response;
}
