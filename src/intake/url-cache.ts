import * as z from "zod";
import { type ByteLru, createByteLru } from "../cache/byte-lru.ts";
import type { Entry } from "../cache/entry.ts";
import { ownSalt } from "../cache/own-salt.ts";
import { sha256 } from "../bytes/sha256.ts";
import { createTieredCache, type TieredCacheOptions } from "../cache/tiered-cache.ts";
import type { CacheMetadata } from "../image/cache-metadata.ts";
import type { AbsentImage } from "../inference/backend.ts";

/** How long a URL is cached, in seconds: for conditional requests to its server, and for answers while the server is down. */
export const URL_TTL_SECONDS = 3600;

/** Version of the key. It changes when older entries can no longer be parsed, or their headers are no longer right (2: a WebP is not rotated). */
const KEY_VERSION = 2;

/** Memory of an isolate for the keys of URLs, in bytes: about two hundred, of which each hash takes as long as the rest of a look-up. */
const KEYS_BYTES = 64 * 1024;

/** Memory of a key besides the text that it is the hash of, in bytes. */
const KEY_BYTES = 200;

interface KnownKey {
  readonly key: string;
  readonly bytes: number;
}

/** The image at a URL without its bytes, and the HTTP metadata of its last response. */
export interface CachedUrl {
  readonly image: AbsentImage;
  readonly origin: CacheMetadata;
}

/** A cache of image URLs, of each owner or of all. An entry's `createdMs` is the time of the last request to its server. Never rejects. */
export interface UrlCache {
  get(url: string, owner?: string): Promise<Entry<CachedUrl> | undefined>;
  put(url: string, value: CachedUrl, owner?: string): Promise<void>;
}

/** Options of `createUrlCache`. */
export interface UrlCacheOptions extends Pick<TieredCacheOptions<CachedUrl>, "stores" | "waitUntil"> {
  /** Limit of the cache in the isolate, in bytes. */
  readonly memoryBytes: number;
  /** Separates this deployment's entries from others, and hides the URLs from readers of the keys. */
  readonly salt: string;
  readonly now: () => number;
}

const StoredUrl = z.object({
  image: z.object({
    format: z.enum(["gif", "jpeg", "png", "webp"]),
    width: z.int().positive(),
    height: z.int().positive(),
    orientation: z.int().min(2).max(8).exactOptional(),
    digest: z.string(),
  }),
  origin: z.object({
    url: z.string(),
    etag: z.string().optional(),
    lastModified: z.string().optional(),
    freshSeconds: z.number().nonnegative(),
    isStorable: z.boolean(),
  }),
}) satisfies z.ZodType<CachedUrl>;

/** Estimates the memory of an entry in the isolate, in bytes. */
function bytesOf({ value }: Entry<CachedUrl>): number {
  return JSON.stringify(value).length * 2;
}

function parse(value: unknown): CachedUrl | undefined {
  return StoredUrl.safeParse(value).data;
}

/** Creates a URL cache in the isolate and in `stores`. */
export function createUrlCache(options: UrlCacheOptions): UrlCache {
  const { memoryBytes, salt, now, ...tierOptions } = options;
  const memory: ByteLru<Entry<CachedUrl>> = createByteLru({ maxBytes: memoryBytes, bytesOf });
  const tiers = createTieredCache({ ...tierOptions, memory, parse, ttlSeconds: URL_TTL_SECONDS });
  const keys = createByteLru<KnownKey>({ maxBytes: KEYS_BYTES, bytesOf: ({ bytes }) => bytes });
  const keyOf = async (url: string, owner: string | undefined): Promise<string> => {
    const text = JSON.stringify([KEY_VERSION, "address", ownSalt(salt, owner), url]);
    const known = keys.get(text);
    if (known !== undefined) return known.key;
    const key = await sha256(text);
    keys.set(text, { key, bytes: KEY_BYTES + text.length * 2 });
    return key;
  };
  return {
    get: async (url, owner) => {
      const entry = await tiers.get(await keyOf(url, owner));
      // Entries in the isolate's memory do not expire by themselves.
      const isExpired = entry !== undefined && Math.abs(now() - entry.createdMs) > URL_TTL_SECONDS * 1000;
      return isExpired ? undefined : entry;
    },
    put: async (url, value, owner) => tiers.put(await keyOf(url, owner), { value, createdMs: now() }),
  };
}
