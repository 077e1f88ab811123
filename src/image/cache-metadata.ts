import { freshSeconds } from "./fresh-seconds.ts";

/** Caching metadata of a fetched image: the validators for a conditional request, and its freshness. */
export interface CacheMetadata {
  /** URL of the image after all redirects; the validators apply to this URL only. */
  readonly url: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** For how many seconds the image can be used without a request to its server. */
  readonly freshSeconds: number;
  /** Whether the server allows storing this, and storing it is useful. */
  readonly isStorable: boolean;
}

/** The final response of a fetch. */
interface FinalResponse {
  /** After all redirects. */
  readonly url: string;
  readonly headers: Headers;
  /** For how many seconds all redirects to it stay valid. */
  readonly maxFreshSeconds: number;
}

/** Reads the caching metadata from a response's headers. Validators that a 304 omits are taken from the `stored` metadata. */
export function cacheMetadataOf(
  { url, headers, maxFreshSeconds }: FinalResponse,
  nowMs: number,
  stored?: CacheMetadata,
): CacheMetadata {
  const etag = headers.get("etag") ?? stored?.etag;
  const lastModified = headers.get("last-modified") ?? stored?.lastModified;
  const seconds = Math.min(maxFreshSeconds, freshSeconds(headers, lastModified, nowMs));
  const isForbidden = /(?:^|[,\s])(?:no-store|private)/iu.test(headers.get("cache-control") ?? "");
  const isUseful = etag !== undefined || lastModified !== undefined || seconds > 0;
  return { url, etag, lastModified, freshSeconds: seconds, isStorable: isUseful && !isForbidden };
}

/** Returns the headers that make a request conditional on a change of the stored image; none for a URL other than the stored one. */
export function conditionalHeaders(url: string, stored: CacheMetadata | undefined): Readonly<Record<string, string>> {
  if (stored === undefined || stored.url !== url) return {};
  return {
    ...(stored.etag !== undefined && { "if-none-match": stored.etag }),
    ...(stored.lastModified !== undefined && { "if-modified-since": stored.lastModified }),
  };
}
