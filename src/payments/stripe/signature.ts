import { Problem } from "../../contract/problems.ts";

/** How old an event may be, in seconds, and how far ahead its sender's clock: Stripe's own tolerance. Stripe signs each attempt anew. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** The header with the time and the signatures of an event. */
export const SIGNATURE_HEADER = "stripe-signature";

/** Signatures that are looked at: Stripe sends one for each secret of an endpoint whose secret is being replaced. */
const MAX_SIGNATURES = 8;

function invalid(detail: string): Problem {
  return new Problem("webhook-signature-invalid", detail);
}

interface Signed {
  readonly seconds: number;
  /** Hexadecimal, of the scheme `v1`: the only one that is not for tests. */
  readonly signatures: readonly string[];
}

/** Reads `t=1492774577,v1=5257a8…,v0=6ffbb5…`. */
function readHeader(header: string): Signed | undefined {
  const parts = header.split(",").map((part) => part.trim().split("="));
  const values = (name: string): readonly string[] =>
    parts.flatMap(([key, value]) => (key === name && value !== undefined ? [value] : []));
  const [time = "", ...more] = values("t");
  const signatures = values("v1").filter((each) => /^[0-9a-f]{64}$/u.test(each));
  const isComplete = /^\d{1,12}$/u.test(time) && more.length === 0 && signatures.length > 0;
  return isComplete ? { seconds: Number(time), signatures: signatures.slice(0, MAX_SIGNATURES) } : undefined;
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
}

function signedBytes(seconds: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = new TextEncoder().encode(`${seconds}.`);
  const bytes = new Uint8Array(prefix.length + body.length);
  bytes.set(prefix);
  bytes.set(body, prefix.length);
  return bytes;
}

/** Whether one of the signatures is that of a secret. `verify` takes the same time for every wrong one. */
async function isSignedWith(
  secret: string,
  signatures: readonly string[],
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
  const checks = signatures.map((each) => crypto.subtle.verify("HMAC", key, fromHex(each), bytes));
  return (await Promise.all(checks)).includes(true);
}

/**
 * Checks that a body was signed with one of the secrets, not long ago: HMAC-SHA-256 of the time, a full stop and the body as it arrived
 * (docs.stripe.com/webhooks#verify-manually). Throws `webhook-signature-invalid`.
 */
export async function checkSignature(
  body: Uint8Array,
  header: string | null,
  { secrets, nowMs }: { readonly secrets: readonly string[]; readonly nowMs: number },
): Promise<void> {
  const signed = header === null ? undefined : readHeader(header);
  if (signed === undefined) throw invalid("The event has no Stripe-Signature header with a time and a signature.");
  const bytes = signedBytes(signed.seconds, body);
  const checks = await Promise.all(secrets.map((secret) => isSignedWith(secret, signed.signatures, bytes)));
  if (!checks.includes(true)) throw invalid("The event's signature is not one of this deployment's secret.");
  if (Math.abs(nowMs / 1000 - signed.seconds) <= SIGNATURE_TOLERANCE_SECONDS) return;
  throw invalid(`The event was signed more than ${SIGNATURE_TOLERANCE_SECONDS} seconds before or after now.`);
}
