import { UPLOAD_SECONDS, UploadHandle } from "../contract/uploads.ts";

/** Random bytes of a handle: nobody finds another's. */
const RANDOM_BYTES = 16;

/** Bytes of the second at which a handle ends. */
const EXPIRY_BYTES = 4;

/** Bytes of the part that only this deployment can compute, for one owner. */
const TAG_BYTES = 16;

const BODY_BYTES = RANDOM_BYTES + EXPIRY_BYTES;

/** What a handle says. */
export interface ReadHandle {
  readonly handle: string;
  /** Random bytes and expiry, as they are signed. */
  readonly body: Uint8Array;
  readonly tag: Uint8Array;
  /** The second since 1970 at which it ends. */
  readonly expires: number;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function mac(key: CryptoKey, purpose: string, body: Uint8Array, owner: string): Promise<Uint8Array> {
  const text = new TextEncoder().encode(`${purpose}\0${base64url(body)}\0${owner}`);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}

/**
 * Makes a handle: random bytes, the second at which it ends, and a tag that binds both to the owner. So a handle that was guessed, changed or made for another is
 * refused before any storage is asked, and its hour ends whether or not anything deletes the file.
 */
export async function newHandle(
  key: CryptoKey,
  {
    owner,
    random,
    nowMs,
  }: { readonly owner: string; readonly random: (length: number) => Uint8Array; readonly nowMs: number },
): Promise<string> {
  const body = new Uint8Array(BODY_BYTES);
  body.set(random(RANDOM_BYTES));
  new DataView(body.buffer).setUint32(RANDOM_BYTES, Math.floor(nowMs / 1000) + UPLOAD_SECONDS);
  const tag = (await mac(key, "handle", body, owner)).subarray(0, TAG_BYTES);
  return `upload_${base64url(new Uint8Array([...body, ...tag]))}`;
}

/** Reads a text that is spelled like a handle; undefined if it is not. Nothing of it is verified. */
export function readHandle(text: string): ReadHandle | undefined {
  const handle = UploadHandle.safeParse(text).data;
  if (handle === undefined) return undefined;
  const bytes = fromBase64url(handle.slice("upload_".length));
  const body = bytes.subarray(0, BODY_BYTES);
  const expires = new DataView(body.buffer, body.byteOffset).getUint32(RANDOM_BYTES);
  return { handle, body, tag: bytes.subarray(BODY_BYTES), expires };
}

/** Whether a handle was made with this key for this owner. */
export async function isOwners(key: CryptoKey, { body, tag }: ReadHandle, owner: string): Promise<boolean> {
  return areEqual((await mac(key, "handle", body, owner)).subarray(0, TAG_BYTES), tag);
}

/** The signature of the address to which a handle's file is sent. It covers the tag, and so the owner. */
export async function signatureOf(key: CryptoKey, { body, tag }: ReadHandle): Promise<string> {
  return base64url(await mac(key, "put", new Uint8Array([...body, ...tag]), ""));
}

/** Whether a file may be sent to a handle with this signature. */
export async function isSigned(key: CryptoKey, read: ReadHandle, signature: string): Promise<boolean> {
  const encoder = new TextEncoder();
  return areEqual(encoder.encode(await signatureOf(key, read)), encoder.encode(signature));
}
