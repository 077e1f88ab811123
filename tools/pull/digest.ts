import { createHash, type Hash } from "node:crypto";

/** What a file's bytes must hash to. */
export interface Digest {
  readonly algorithm: "sha256" | "git-blob-sha1";
  /** In lower-case hexadecimal. */
  readonly hex: string;
}

/** A hash to be fed a file's bytes. `git-blob-sha1` is git's name of a blob: SHA-1 over `blob <size>`, a zero byte, and the bytes. */
export function createDigest(algorithm: Digest["algorithm"], size: number): Hash {
  return algorithm === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

/** An ETag's text without quotes and weakness: a network that compresses on the way marks the hub's own ETag as weak. */
export function etagText(header: string): string {
  return header.replace(/^W\//u, "").replaceAll('"', "");
}

/**
 * The digest that the hub's ETag is: the SHA-256 of a file in large file storage, git's name of any other. Undefined for
 * an ETag of another kind.
 */
export function digestOf(etag: string): Digest | undefined {
  if (/^[0-9a-f]{64}$/u.test(etag)) return { algorithm: "sha256", hex: etag };
  if (/^[0-9a-f]{40}$/u.test(etag)) return { algorithm: "git-blob-sha1", hex: etag };
  return undefined;
}
