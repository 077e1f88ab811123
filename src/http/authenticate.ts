import type { KeyParts } from "../accounts/key-codec.ts";
import { keyParts } from "../charging/known-keys.ts";
import { Problem } from "../contract/problems.ts";

/** The header for keys of tools that cannot set Authorization. */
const KEY_HEADER = "x-api-key";

/** Credentials of the Bearer scheme (RFC 6750, section 2.1), in any case. Another scheme may hold a payment, with the key in the other header. */
const bearer = /^bearer +(?<token>.+)$/iu;

/**
 * Returns the credential of a request, as it was sent in `Authorization: Bearer` or in `X-API-Key`. Throws `key-missing`, or `key-invalid` if the two
 * differ: it must not depend on our choice who pays. Messages never repeat a credential.
 */
export function credentialOf(headers: Headers): string {
  const token = bearer.exec((headers.get("authorization") ?? "").trim())?.groups?.["token"];
  const key = headers.get(KEY_HEADER)?.trim();
  const credential = token || key;
  if (!credential) {
    const isOther = headers.has("authorization");
    const detail = isOther
      ? "The Authorization header is not `Bearer` and a key, and there is no X-API-Key header."
      : "The request has neither an Authorization nor an X-API-Key header.";
    throw new Problem("key-missing", detail);
  }
  if (!token || !key || token === key) return credential;
  throw new Problem("key-invalid", "Authorization and X-API-Key contain different keys.");
}

/** Whether a request names no key in any way. */
export function hasNoKey(headers: Headers): boolean {
  return !headers.has(KEY_HEADER) && !/^bearer\b/iu.test(headers.get("authorization")?.trim() ?? "");
}

/** Returns the parts of a request's key, which nobody has looked up yet. Throws `key-missing` or `key-invalid`, without any I/O. */
export function authenticate(headers: Headers): KeyParts {
  return keyParts(credentialOf(headers));
}
