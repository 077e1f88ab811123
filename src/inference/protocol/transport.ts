import { concatBytes } from "./bytes.ts";
import type { Deadline } from "./deadline.ts";
import { InferenceFailure } from "./failure.ts";

/** `fetch`, as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One HTTP request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | string;
}

const ignore = (): void => {};

function systemCode(cause: unknown): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? ` (${code})` : "";
}

/** What a lost connection throws; Node tells why in the cause's `code`. What is ours already stays as it is. */
function unreachable(thrown: unknown, where: string): InferenceFailure {
  if (thrown instanceof InferenceFailure) return thrown;
  const code = systemCode(thrown instanceof Error ? thrown.cause : undefined);
  return new InferenceFailure("unreachable", `${where}: the connection failed${code}.`, { cause: thrown });
}

/** Sends a request and waits for the reply's headers. Redirects are answers: following one would hand the picture to someone else. */
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

/** Lets go of a body that nobody will read to its end; the connection goes with it. */
export function discard(response: Response): void {
  response.body?.cancel().catch(ignore);
}

/** A reply's bytes as they come; each wait ends at the deadline. Whoever stops early lets go of the rest. */
export async function* chunksOf(response: Response, deadline: Deadline): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await deadline.race(reader.read());
      if (done) return;
      yield value;
    }
  } catch (thrown) {
    throw unreachable(thrown, response.url);
  } finally {
    reader.cancel().catch(ignore);
  }
}

/** All of a reply's bytes. Throws `malformed` as soon as there are more than allowed. */
export async function readBody(response: Response, deadline: Deadline, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(response, deadline)) {
    length += chunk.length;
    if (length > maxBytes) throw new InferenceFailure("malformed", `The reply has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return concatBytes(chunks);
}
