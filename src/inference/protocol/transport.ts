import { readPieces } from "../../bytes/read-pieces.ts";
import { readStream } from "../../bytes/read-stream.ts";
import type { Deadline } from "./deadline.ts";
import { InferenceFailure } from "./failure.ts";

/** The part of `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One HTTP request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | string;
}

const ignore = (): void => {};

function systemCode(cause: unknown): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? ` (${code})` : "";
}

/** The failure for a connection error; Node gives the reason in the `code` of its cause. Returns an `InferenceFailure` unchanged. */
function unreachable(thrown: unknown, where: string): InferenceFailure {
  if (thrown instanceof InferenceFailure) return thrown;
  const code = systemCode(thrown instanceof Error ? thrown.cause : undefined);
  return new InferenceFailure("unreachable", `${where}: the connection failed${code}.`, { cause: thrown });
}

/** Sends a request and waits for the headers of the reply. Does not follow redirects, which would send the image to another server. */
export async function send(
  fetch: Fetch,
  { method, url, headers, body }: HttpRequest,
  deadline: Deadline,
): Promise<Response> {
  try {
    const { signal } = deadline;
    return await deadline.race(
      fetch(url, { method, headers, signal, redirect: "manual", ...(body !== undefined && { body }) }),
    );
  } catch (thrown) {
    throw unreachable(thrown, `${method} ${url}`);
  }
}

/** Cancels the body of a response and closes its connection. */
export function discard(response: Response): void {
  response.body?.cancel().catch(ignore);
}

/**
 * Yields the bytes of a reply on arrival, until the deadline at most. Each array is valid until the next is requested. Cancels the body if the
 * consumer stops early.
 */
export async function* chunksOf(response: Response, { signal }: Deadline): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    yield* readPieces(response.body, { signal });
  } catch (thrown) {
    throw unreachable(thrown, response.url);
  }
}

/** Reads the whole body of a reply. Throws `malformed` as soon as it exceeds `maxBytes`. */
export async function readBody(response: Response, { signal }: Deadline, maxBytes: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const expectedBytes = Number(response.headers.get("Content-Length") ?? 0);
  const limits = { maxBytes, expectedBytes, signal };
  const body = await readStream(response.body, limits).catch((thrown: unknown) => {
    throw unreachable(thrown, response.url);
  });
  if (body !== undefined) return body;
  throw new InferenceFailure("malformed", `The reply has more than ${maxBytes} bytes.`);
}
