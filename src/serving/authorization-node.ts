import { createHash, timingSafeEqual } from "node:crypto";

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/**
 * Compares Authorization headers with the only accepted value; without one, everybody is accepted. The comparison takes the same time whatever was sent:
 * it compares SHA-256 digests, so that lengths are equal too.
 */
export function createAuthorization(accepted: string | undefined): (header: string | undefined) => boolean {
  if (accepted === undefined) return () => true;
  const expected = digestOf(accepted);
  return (header) => timingSafeEqual(digestOf(header ?? ""), expected);
}
