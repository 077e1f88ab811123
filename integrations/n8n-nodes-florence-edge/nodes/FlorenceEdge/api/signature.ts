import { createHmac, timingSafeEqual } from "node:crypto";

/** How old an event may be, in seconds, and how far ahead its sender's clock: what the libraries of Standard Webhooks allow. */
export const TOLERANCE_SECONDS = 300;

/** Signatures that are looked at: there are two while one secret replaces another. */
const MAX_SIGNATURES = 8;

const SECRET = /^whsec_(?<base64>[A-Za-z0-9+/]{32,86}={0,2})$/u;

/** Reads a secret as the API shows it: 24 to 64 bytes in base64 after `whsec_`. Undefined if it is none. */
export function readSecret(text: unknown): Buffer | undefined {
  const base64 = typeof text === "string" ? SECRET.exec(text.trim())?.groups?.["base64"] : undefined;
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

/** The names in small letters, as they arrived. */
export type Headers = Readonly<Record<string, unknown>>;

const textIn = (headers: Headers, name: string): string => {
  const value = headers[name];
  return typeof value === "string" ? value : "";
};

/** The id of an event: the same each time it is sent. */
export const eventId = (headers: Headers): string => textIn(headers, "webhook-id");

/** Whether an event was signed with a secret, as Standard Webhooks 1.0.0 has it, and not long ago. `body` has the bytes that arrived. */
export function isSigned(body: Uint8Array, headers: Headers, secret: Uint8Array, nowMs: number): boolean {
  const [id, seconds] = [eventId(headers), textIn(headers, "webhook-timestamp")];
  if (id === "" || !/^\d{1,12}$/u.test(seconds)) return false;
  if (Math.abs(nowMs / 1000 - Number(seconds)) > TOLERANCE_SECONDS) return false;
  const right = createHmac("sha256", secret).update(`${id}.${seconds}.`).update(body).digest();
  return textIn(headers, "webhook-signature")
    .split(" ")
    .slice(0, MAX_SIGNATURES)
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice("v1,".length), "base64"))
    .some((given) => given.length === right.length && timingSafeEqual(given, right));
}
