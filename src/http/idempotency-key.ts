import { Problem } from "../contract/problems.ts";
import { parseFieldString } from "./structured-fields.ts";

/** The request header of draft-ietf-httpapi-idempotency-key-header-07. */
export const IDEMPOTENCY_HEADER = "idempotency-key";

/** Maximum length of a key, in characters, as elsewhere: a UUID has 36. */
export const MAX_IDEMPOTENCY_CHARACTERS = 255;

function keyProblem(detail: string): Problem {
  return new Problem("idempotency-key-invalid", detail);
}

/** The key itself: a String of structured fields, which is what the draft asks for, or the same without quotes, which is what most programs send. */
function unquoted(field: string): string {
  if (!field.startsWith('"')) return field;
  const key = parseFieldString(field);
  if (key === undefined) throw keyProblem("The Idempotency-Key begins with a quote and is no quoted string.");
  return key;
}

/**
 * Returns the request's idempotency key; `undefined` if it has none. `"abc"` and `abc` are the same key. Throws `idempotency-key-invalid` for an empty one, for
 * more than `MAX_IDEMPOTENCY_CHARACTERS`, and for anything but visible ASCII, such as the comma and space between two of these headers.
 */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const field = headers.get(IDEMPOTENCY_HEADER)?.trim();
  if (field === undefined) return undefined;
  const key = unquoted(field);
  if (key.length > MAX_IDEMPOTENCY_CHARACTERS) {
    throw keyProblem(`The Idempotency-Key has ${key.length} characters; it may have ${MAX_IDEMPOTENCY_CHARACTERS}.`);
  }
  if (/^[!-~]+$/u.test(key)) return key;
  throw keyProblem("The Idempotency-Key is empty or has other than visible ASCII characters.");
}

/** Returns the request's idempotency key, of an operation that needs one. Throws `idempotency-key-invalid`. */
export function requiredIdempotencyKey(headers: Headers): string {
  const key = idempotencyKeyOf(headers);
  if (key === undefined) throw keyProblem("This operation moves money and needs an Idempotency-Key header.");
  return key;
}
