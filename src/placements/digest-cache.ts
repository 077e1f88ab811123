/** Maximum number of digests in the cache: an isolate rarely serves more images within `DIGEST_TTL_MS`. A digest takes about 150 bytes. */
export const MAX_CACHED_DIGESTS = 1000;

/** How long a digest is cached, in milliseconds: a backend evicts an image's features when memory is full, which is seldom much later. */
export const DIGEST_TTL_MS = 600_000;

/** Digests of the images that a backend has probably cached. A wrong entry costs one more message and never affects the result. */
export interface DigestCache {
  has(digest: string): boolean;
  add(digest: string): void;
  /** Removes a digest that the backend no longer has. */
  remove(digest: string): void;
}

/** Creates a cache of the digests of the most recently sent images. */
export function createDigestCache(now: () => number): DigestCache {
  const sentMs = new Map<string, number>();
  return {
    has: (digest) => Math.abs(now() - (sentMs.get(digest) ?? -Infinity)) < DIGEST_TTL_MS,
    add: (digest) => {
      sentMs.delete(digest);
      sentMs.set(digest, now());
      const [oldest] = sentMs.keys();
      if (sentMs.size > MAX_CACHED_DIGESTS && oldest !== undefined) sentMs.delete(oldest);
    },
    remove: (digest) => void sentMs.delete(digest),
  };
}
