/**
 * Pictures that are memoized as sent: more than this an isolate hardly serves within the time for which they are. A digest
 * takes some 150 bytes here.
 */
export const MAX_CACHED_DIGESTS = 1000;

/** How long, in milliseconds: a backend holds a picture's features as long as there is room, which is seldom much longer. */
export const DIGEST_TTL_MS = 600_000;

/** Which pictures a backend has seen. What is wrong here costs a message, never an answer. */
export interface DigestCache {
  has(digest: string): boolean;
  add(digest: string): void;
  /** The backend does not hold it any more. */
  remove(digest: string): void;
}

/** Remembers the pictures that were sent last. */
export function createDigestCache(now: () => number): DigestCache {
  const sentMs = new Map<string, number>();
  return {
    has: (digest) => now() - (sentMs.get(digest) ?? -Infinity) < DIGEST_TTL_MS,
    add: (digest) => {
      sentMs.delete(digest);
      sentMs.set(digest, now());
      const [oldest] = sentMs.keys();
      if (sentMs.size > MAX_CACHED_DIGESTS && oldest !== undefined) sentMs.delete(oldest);
    },
    remove: (digest) => void sentMs.delete(digest),
  };
}
