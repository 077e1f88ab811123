import { type Issue, Problem } from "../contract/problems.ts";

/**
 * Largest body in bytes. An image may have 10 MiB (`image/intake.ts`), base64 makes that 13.4 MiB, and the rest of a
 * JSON body is at most a few kilobytes; more would only fill the isolate's memory before it is refused.
 */
export const MAX_BODY_BYTES = 14 * 1024 * 1024;

function tooLarge(): Problem {
  return new Problem("body-too-large", `A body may have at most ${MAX_BODY_BYTES} bytes.`);
}

/** The whole body, never holding more than the limit; a declared length over it is refused unread. */
export async function readBody(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return join(chunks, length);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** A body as one JSON object. */
export function parseJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(bytes);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  const issue: Issue = { path: "", message: "Send one JSON object." };
  throw new Problem("invalid-request", "The body is JSON, but not an object.", { issues: [issue] });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new Problem("invalid-json", "The body cannot be read as UTF-8 JSON.", { cause });
  }
}
