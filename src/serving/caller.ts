/** The connection of a request, by the names that `@hono/node-server` and Hono give it. */
export interface Connection {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

/** Syntax of X-Caller, which the edge sends: an opaque id. */
const callerPattern = /^[\w-]{1,64}$/;

/** Returns whose request it is: the id that the edge sent, else the address of the connection; empty if neither is known. */
export function callerOf(sent: string | undefined, { incoming }: Connection): string {
  if (sent !== undefined && callerPattern.test(sent)) return sent;
  return incoming?.socket.remoteAddress ?? "";
}
