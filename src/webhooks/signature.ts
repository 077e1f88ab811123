/** What a secret begins with, as it is shown. */
const SECRET_PREFIX = "whsec_";

/** Lengths of a secret that Standard Webhooks recommends, in bytes. Secrets made here have `SECRET_BYTES`. */
const [MIN_SECRET_BYTES, MAX_SECRET_BYTES] = [24, 64];
export const SECRET_BYTES = 32;

/** How old an event may be, in seconds, and how far ahead its sender's clock: what the libraries of Standard Webhooks allow. Each attempt is signed anew. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** Signatures that are looked at: there is one for each secret, and two while one replaces the other. */
const MAX_SIGNATURES = 8;

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** A secret's bytes. */
export type WebhookSecret = Uint8Array<ArrayBuffer>;

/** The headers of an event (github.com/standard-webhooks/standard-webhooks, 1.0.0). */
export interface WebhookHeaders {
  /** The event's id: the same in each attempt. */
  readonly "webhook-id": string;
  /** When this attempt was signed, in seconds since 1970. */
  readonly "webhook-timestamp": string;
  /** `v1,` and an HMAC-SHA-256 in base64; several of them, separated by spaces, where there are several secrets. */
  readonly "webhook-signature": string;
}

/** What is signed. */
export interface SignedEvent {
  readonly id: string;
  readonly body: string | Uint8Array;
  readonly nowMs: number;
}

/** Why an event is refused. `expired`: it was signed too long ago, or after now. */
export type SignatureFault = "incomplete" | "wrong" | "expired";

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Returns a secret as it is shown: `whsec_` and its bytes in base64. */
export function secretText(secret: Uint8Array): string {
  return SECRET_PREFIX + toBase64(secret);
}

/** Reads a secret as it is shown; undefined if it is none: 24 to 64 bytes in base64 after `whsec_`. */
export function readSecret(text: string): WebhookSecret | undefined {
  const trimmed = text.trim();
  const bytes = trimmed.startsWith(SECRET_PREFIX) ? fromBase64(trimmed.slice(SECRET_PREFIX.length)) : undefined;
  return bytes && bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES ? bytes : undefined;
}

/** The bytes of which a signature is made: the id, the time and the body as it is sent, with full stops between them. */
function signedBytes(id: string, seconds: string, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const prefix = encoder.encode(`${id}.${seconds}.`);
  const content = typeof body === "string" ? encoder.encode(body) : body;
  const bytes = new Uint8Array(prefix.length + content.length);
  bytes.set(prefix);
  bytes.set(content, prefix.length);
  return bytes;
}

/** Returns the headers with which an event is sent now, with a signature for each secret. */
export async function signEvent(
  { id, body, nowMs }: SignedEvent,
  secrets: readonly WebhookSecret[],
): Promise<WebhookHeaders> {
  const seconds = String(Math.floor(nowMs / 1000));
  const bytes = signedBytes(id, seconds, body);
  const signatures = secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey("raw", secret, HMAC, false, ["sign"]);
    return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes)))}`;
  });
  const signature = (await Promise.all(signatures)).join(" ");
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signature };
}

/** The signatures of a header; those of other versions are left out. */
function readSignatures(header: string): readonly Uint8Array<ArrayBuffer>[] {
  return header
    .split(" ")
    .slice(0, MAX_SIGNATURES)
    .flatMap((each) => (each.startsWith("v1,") ? (fromBase64(each.slice("v1,".length)) ?? []) : []));
}

/**
 * Checks that an event was signed with one of the secrets, not long ago. Returns why not; undefined if it was. `body` is the body as it arrived. `verify` of the platform takes
 * the same time for every wrong signature.
 */
export async function signatureFault(
  body: string | Uint8Array,
  headers: Readonly<Partial<WebhookHeaders>>,
  {
    secrets,
    nowMs,
    toleranceSeconds = SIGNATURE_TOLERANCE_SECONDS,
  }: { readonly secrets: readonly WebhookSecret[]; readonly nowMs: number; readonly toleranceSeconds?: number },
): Promise<SignatureFault | undefined> {
  const { "webhook-id": id = "", "webhook-timestamp": seconds = "", "webhook-signature": signature = "" } = headers;
  if (id === "" || signature === "" || !/^\d{1,12}$/u.test(seconds)) return "incomplete";
  const bytes = signedBytes(id, seconds, body);
  const signatures = readSignatures(signature);
  const checks = secrets.map(async (secret) => {
    const key = await crypto.subtle.importKey("raw", secret, HMAC, false, ["verify"]);
    return (await Promise.all(signatures.map((each) => crypto.subtle.verify("HMAC", key, each, bytes)))).includes(true);
  });
  if (!(await Promise.all(checks)).includes(true)) return "wrong";
  return Math.abs(nowMs / 1000 - Number(seconds)) <= toleranceSeconds ? undefined : "expired";
}
