import type { KeyParts } from "../accounts/key-codec.ts";
import { keyParts } from "../charging/known-keys.ts";
import { Problem } from "../contract/problems.ts";

/** Headers that hold a key and nothing else: for tools that cannot set Authorization, and for clients of Azure. */
const KEY_HEADERS = ["X-API-Key", "Ocp-Apim-Subscription-Key"] as const;

/** Credentials of the Bearer scheme (RFC 6750, section 2.1), in any case. Another scheme may hold a payment, with the key in another header. */
const bearer = /^bearer +(?<token>.+)$/iu;

/** All headers in which a key may be, as a sentence names them. */
const ALL_HEADERS = ["Authorization", ...KEY_HEADERS].join(", ");

/**
 * Returns the credential of a request, as it was sent in `Authorization: Bearer` or in one of the headers for keys. Throws `key-missing`, or `key-invalid` if
 * there are several that differ: it must not depend on our choice who pays. Messages never repeat a credential.
 */
export function credentialOf(headers: Headers): string {
  const token = bearer.exec((headers.get("authorization") ?? "").trim())?.groups?.["token"];
  const sent = [token, ...KEY_HEADERS.map((name) => headers.get(name)?.trim())].filter((each) => each);
  const [credential, ...others] = sent;
  if (!credential) {
    const detail = headers.has("authorization")
      ? `The Authorization header is not \`Bearer\` and a key, and there is no ${KEY_HEADERS.join(" or ")} header.`
      : `The request has none of the headers ${ALL_HEADERS}.`;
    throw new Problem("key-missing", detail);
  }
  if (others.every((other) => other === credential)) return credential;
  throw new Problem("key-invalid", `Several of the headers ${ALL_HEADERS} contain keys, and they differ.`);
}

/** Whether a request names no key in any way. */
export function hasNoKey(headers: Headers): boolean {
  return (
    !KEY_HEADERS.some((name) => headers.has(name)) && !/^bearer\b/iu.test(headers.get("authorization")?.trim() ?? "")
  );
}

/** Returns the parts of a request's key, which nobody has looked up yet. Throws `key-missing` or `key-invalid`, without any I/O. */
export function authenticate(headers: Headers): KeyParts {
  return keyParts(credentialOf(headers));
}
