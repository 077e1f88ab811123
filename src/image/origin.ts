/** How long an address may be taken to show the same picture without its server being asked, in seconds, whatever the server allows: who changes a picture wants to see it. */
export const MAX_FRESH_SECONDS = 60;

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

function directive(cacheControl: string, name: string): number | undefined {
  const value = new RegExp(`(?:^|[,\\s])${name}\\s*=\\s*"?(\\d+)`, "iu").exec(cacheControl)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** RFC 9111, 4.2.2: a tenth of the time since it was last changed, where its server says no more than that. */
function heuristicSeconds(lastModified: string | undefined, nowMs: number): number {
  const changedMs = Date.parse(lastModified ?? "");
  return Number.isNaN(changedMs) ? 0 : Math.max(0, (nowMs - changedMs) / 10_000);
}

function freshSecondsOf(headers: Headers, lastModified: string | undefined, nowMs: number): number {
  const control = headers.get("cache-control") ?? "";
  if (/(?:^|[,\s])no-cache/iu.test(control)) return 0;
  const allowed =
    directive(control, "s-maxage") ?? directive(control, "max-age") ?? heuristicSeconds(lastModified, nowMs);
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(MAX_FRESH_SECONDS, Math.max(0, allowed - age));
}

/** Reads a response's headers. What a 304 leaves out is as it was `before`. */
export function originOf(url: string, headers: Headers, nowMs: number, before?: Origin): Origin {
  const etag = headers.get("etag") ?? before?.etag;
  const lastModified = headers.get("last-modified") ?? before?.lastModified;
  const freshSeconds = freshSecondsOf(headers, lastModified, nowMs);
  const isForbidden = /(?:^|[,\s])(?:no-store|private)/iu.test(headers.get("cache-control") ?? "");
  const isUseful = etag !== undefined || lastModified !== undefined || freshSeconds > 0;
  return { url, etag, lastModified, freshSeconds, isStorable: isUseful && !isForbidden };
}

/** The headers that ask whether an image is still the one that was there; none at another address. */
export function conditionFor(url: string, known: Origin | undefined): Readonly<Record<string, string>> {
  if (known === undefined || known.url !== url) return {};
  return {
    ...(known.etag !== undefined && { "if-none-match": known.etag }),
    ...(known.lastModified !== undefined && { "if-modified-since": known.lastModified }),
  };
}
