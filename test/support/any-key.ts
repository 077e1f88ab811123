import * as fc from "fast-check";
import type { RandomBytes } from "../../src/accounts/base62.ts";
import { formatKey, newAccountId, newKey } from "../../src/accounts/key-codec.ts";

/** Secure random bytes, as a deployment passes them. */
export const secureRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Random bytes that a seed determines (mulberry32). */
export function seededRandom(seed: number): RandomBytes {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (more ^ (more >>> 14)) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

/** The parts of any new key. */
export const anyKeyParts = fc
  .record({ mode: fc.constantFrom("live" as const, "test" as const), seed: fc.integer() })
  .map(({ mode, seed }) => {
    const random = seededRandom(seed);
    return newKey({ mode, account: newAccountId(random) }, random);
  });

/** Any new key, as its owner sends it. */
export const anyKey = anyKeyParts.map(formatKey);
