import { readStream } from "../../bytes/read-stream.ts";

/** How other servers are asked. */
export interface PostOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does. */
  readonly timeout: (milliseconds: number) => AbortSignal;
}

/** Largest reply that is read, in bytes: a facilitator's has 300, and logs of a block's range some thousand. */
const MAX_REPLY_BYTES = 256 * 1024;

/**
 * Sends a JSON body, and returns the JSON of the reply whatever its status: a facilitator may tell a failure with any. Rejects if there is no reply in time, or none
 * in JSON; what the server has done then is not known.
 */
export async function postJson(
  { fetch, timeout }: PostOptions,
  url: string,
  { body, headers, timeoutMs }: { readonly body: object; readonly headers?: HeadersInit; readonly timeoutMs: number },
): Promise<unknown> {
  const signal = timeout(timeoutMs);
  const sent = new Headers(headers);
  sent.set("content-type", "application/json");
  // A redirect is no reply: whoever it leads to was not chosen by the operator.
  const response = await fetch(url, {
    method: "POST",
    headers: sent,
    body: JSON.stringify(body),
    signal,
    redirect: "manual",
  });
  if (response.body === null) throw new Error(`The reply of ${response.status} has no body.`);
  const bytes = await readStream(response.body, { maxBytes: MAX_REPLY_BYTES, signal });
  if (bytes === undefined) throw new Error(`The reply has more than ${MAX_REPLY_BYTES} bytes.`);
  return JSON.parse(new TextDecoder().decode(bytes));
}
