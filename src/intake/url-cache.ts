import * as z from "zod";
import { type ByteLru, createByteLru } from "../cache/byte-lru.ts";
import type { Entry } from "../cache/entry.ts";
import { sha256 } from "../bytes/sha256.ts";
import { createTiers, type TiersOptions } from "../cache/tiers.ts";
import type { Origin } from "../image/cache-metadata.ts";
import type { AbsentImage } from "../inference/backend.ts";

/** How long an address is memoized, in seconds: while its server is asked whether the picture is still the same, and is not there. */
export const URL_TTL_SECONDS = 3600;

/** Changes when what was memoized cannot be read any more. */
const KEY_VERSION = 1;

/** What an address was seen to show, and what its server said of it. */
export interface CachedUrl {
  readonly image: AbsentImage;
  readonly origin: Origin;
}

/** What is memoized of addresses; an entry's `createdMs` is when its server was asked last. Never rejects. */
export interface UrlCache {
  get(address: string): Promise<Entry<CachedUrl> | undefined>;
  put(address: string, known: CachedUrl): Promise<void>;
}

/** What addresses are memoized with. */
export interface UrlCacheOptions extends Pick<TiersOptions<CachedUrl>, "stores" | "waitUntil"> {
  /** In the isolate. */
  readonly memoryBytes: number;
  /** Keeps this deployment's addresses apart from others', and what they are from whoever sees the keys. */
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

/** What an entry takes in the isolate, about. */
function bytesOf({ value }: Entry<CachedUrl>): number {
  return JSON.stringify(value).length * 2;
}

function read(value: unknown): CachedUrl | undefined {
  return StoredUrl.safeParse(value).data;
}

/** Remembers addresses in the isolate and in `stores`. */
export function createUrlCache(options: UrlCacheOptions): UrlCache {
  const { memoryBytes, salt, now, ...stored } = options;
  const memory: ByteLru<Entry<CachedUrl>> = createByteLru({ maxBytes: memoryBytes, bytesOf });
  const tiers = createTiers({ ...stored, memory, read, ttlSeconds: URL_TTL_SECONDS });
  const keyOf = (address: string) => sha256(JSON.stringify([KEY_VERSION, "address", salt, address]));
  return {
    get: async (address) => {
      const entry = await tiers.get(await keyOf(address));
      // The isolate's own memory does not end by itself.
      const isOver = entry !== undefined && now() - entry.createdMs > URL_TTL_SECONDS * 1000;
      return isOver ? undefined : entry;
    },
    put: async (address, value) => tiers.put(await keyOf(address), { value, createdMs: now() }),
  };
}
