import { freshSeconds } from "./fresh-seconds.ts";

/** What an image's server has said of it, for the next time that it is asked. */
export interface Origin {
  /** Where the image was, behind all redirects: what it says of it holds nowhere else. */
  readonly url: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Seconds for which the server need not be asked again. */
  readonly freshSeconds: number;
  /** Whether any of this may be kept. */
  readonly isStorable: boolean;
}

/** How a picture was come by. */
interface Found {
  /** Behind all redirects. */
  readonly url: string;
  readonly headers: Headers;
  /** Seconds for which all redirects lead there. */
  readonly ledSeconds: number;
}

/** Reads a response's headers. What a 304 leaves out is as it was `before`. */
export function originOf({ url, headers, ledSeconds }: Found, nowMs: number, before?: Origin): Origin {
  const etag = headers.get("etag") ?? before?.etag;
  const lastModified = headers.get("last-modified") ?? before?.lastModified;
  const seconds = Math.min(ledSeconds, freshSeconds(headers, lastModified, nowMs));
  const isForbidden = /(?:^|[,\s])(?:no-store|private)/iu.test(headers.get("cache-control") ?? "");
  const isUseful = etag !== undefined || lastModified !== undefined || seconds > 0;
  return { url, etag, lastModified, freshSeconds: seconds, isStorable: isUseful && !isForbidden };
}

/** The headers that ask whether an image is still the one that was there; none at another address. */
export function conditionFor(url: string, known: Origin | undefined): Readonly<Record<string, string>> {
  if (known === undefined || known.url !== url) return {};
  return {
    ...(known.etag !== undefined && { "if-none-match": known.etag }),
    ...(known.lastModified !== undefined && { "if-modified-since": known.lastModified }),
  };
}
