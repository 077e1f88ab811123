import { sha256 } from "./sha256.ts";

/**
 * Whether two secrets are equal, in a time that does not depend on where they differ: their SHA-256 digests are compared, all of them, so that lengths are
 * equal too. It runs where there is no `timingSafeEqual`.
 */
export async function areEqualSecrets(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([sha256(one), sha256(other)]);
  let difference = first.length ^ second.length;
  for (let index = 0; index < first.length; index += 1) {
    difference |= first.charCodeAt(index) ^ second.charCodeAt(index);
  }
  return difference === 0;
}
