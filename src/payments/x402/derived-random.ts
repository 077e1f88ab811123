import type { RandomBytes } from "../../accounts/base62.ts";

/** Bytes of one block: an HMAC-SHA-256. */
const BLOCK_BYTES = 32;

/** Blocks that are made: 256 bytes, of which an account's id and a key take fifty. */
const BLOCKS = 8;

/**
 * Returns bytes that look random to whoever does not know the secret, and are the same for the same secret and text: HMAC-SHA-256 in counter mode (NIST SP 800-108).
 * So what was lost on the way can be made again, and need not be stored.
 */
export async function derivedRandom(secret: string, text: string): Promise<RandomBytes> {
  const utf8 = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"]);
  const blocks = await Promise.all(
    Array.from({ length: BLOCKS }, (_, block) => crypto.subtle.sign("HMAC", key, utf8.encode(`${block} ${text}`))),
  );
  const bytes = new Uint8Array(BLOCKS * BLOCK_BYTES);
  for (const [block, content] of blocks.entries()) bytes.set(new Uint8Array(content), block * BLOCK_BYTES);
  let taken = 0;
  return (length) => {
    if (taken + length > bytes.length) throw new RangeError(`There are ${bytes.length} derived bytes.`);
    return bytes.slice(taken, (taken += length));
  };
}
