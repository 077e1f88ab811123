import { readBody } from "../http/body.ts";
import { ServingFailure } from "./serving-failure.ts";

/**
 * Maximum body in bytes, Triton's default: a batch of eight images of 768 × 768 pixels as float32 takes 57 MB, and a photograph in base64 a
 * quarter of that.
 */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Reads the whole body. Rejects with `Problem` `body-too-large` or `request-cancelled`. */
export function readMessage(request: Request): Promise<Uint8Array> {
  return readBody(request, { maxBytes: MAX_MESSAGE_BYTES });
}

/**
 * Maximum number of opening brackets, opening braces and colons in a JSON text. Eight images of 768 × 768 pixels as
 * nested lists have 18,000; 64 MB of nothing else took V8 twenty seconds and two gigabytes.
 */
export const MAX_MESSAGE_DELIMITERS = 2 ** 16;

const marks: ReadonlySet<number> = new Set(new TextEncoder().encode("[{:"));

/** Throws `invalid-request` for JSON that is too expensive to parse. Delimiters inside strings count too; valid requests never have that many. */
export function checkJsonDelimiters(json: Uint8Array): void {
  let count = 0;
  for (const byte of json) if (marks.has(byte)) count += 1;
  if (count <= MAX_MESSAGE_DELIMITERS) return;
  throw new ServingFailure(
    "invalid-request",
    `The JSON has more than ${MAX_MESSAGE_DELIMITERS} brackets, braces and colons.`,
  );
}

/** Reads a body as JSON. Rejects with `invalid-request` if it is not JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readMessage(request);
  checkJsonDelimiters(bytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new ServingFailure("invalid-request", "The body is not JSON in UTF-8.");
  }
}
