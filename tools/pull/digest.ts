import { createHash, type Hash } from "node:crypto";

/** The expected hash of a file. */
export interface Digest {
  readonly algorithm: "sha256" | "git-blob-sha1";
  /** In lower-case hexadecimal. */
  readonly hex: string;
}

/** Creates a hash for a file's bytes. `git-blob-sha1` is git's blob id: SHA-1 over `blob <size>`, a zero byte and the bytes. */
export function createDigest(algorithm: Digest["algorithm"], size: number): Hash {
  return algorithm === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

/** Strips the quotes and the `W/` prefix of an ETag: a proxy that compresses marks the hub's own ETag as weak. */
export function etagText(header: string): string {
  return header.replace(/^W\//u, "").replaceAll('"', "");
}

/**
 * Returns the digest that the hub's ETag contains: SHA-256 for a file in large file storage, git's blob id for any other.
 * Undefined for an ETag of another form.
 */
export function digestOf(etag: string): Digest | undefined {
  if (/^[0-9a-f]{64}$/u.test(etag)) return { algorithm: "sha256", hex: etag };
  if (/^[0-9a-f]{40}$/u.test(etag)) return { algorithm: "git-blob-sha1", hex: etag };
  return undefined;
}
