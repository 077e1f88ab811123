import type { HeaderCache } from "../image/image.ts";

/** Returns the part of a cache of headers that belongs to an owner: the check of a large image takes a time that can be noticed. All of it without an owner. */
export function ownHeaders(cache: HeaderCache | undefined, owner: string | undefined): HeaderCache | undefined {
  if (cache === undefined || owner === undefined) return cache;
  const keyOf = (digest: string): string => `${owner} ${digest}`;
  return { get: (digest) => cache.get(keyOf(digest)), set: (digest, header) => cache.set(keyOf(digest), header) };
}
