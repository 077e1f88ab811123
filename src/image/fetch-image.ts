import { Problem } from "../contract/problems.ts";
import { type PublicUrlOptions, publicUrl } from "./public-url.ts";
import { readStream } from "../bytes/read-stream.ts";
import { redirectFreshSeconds } from "./fresh-seconds.ts";
import { type CacheMetadata, cacheMetadataOf, conditionalHeaders } from "./cache-metadata.ts";
import { abortable } from "./abortable.ts";

/** Maximum number of redirects: from a short URL to the host, to its CDN, to the file. */
export const MAX_REDIRECTS = 3;

/**
 * Limit for name resolution, redirects and the whole body together, in milliseconds: a caller waits, and a stalled download holds the
 * isolate's memory.
 */
export const IMAGE_FETCH_TIMEOUT_MS = 10_000;

/** Request headers, the same for every caller: no cookie, no authorization and nothing else of the caller's request is forwarded. */
const HEADERS = {
  accept: "image/jpeg, image/png, image/webp, image/gif",
  // An image is compressed already. A body that is compressed nevertheless is counted decompressed.
  "accept-encoding": "identity",
  "user-agent": "florence-edge (image fetch)",
} as const;

/** Like a server error, it does not say whether the image exists. */
const TOO_MANY_REQUESTS = 429;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Options of the request for an image. */
export interface ImageRequest {
  readonly headers: Record<string, string>;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}

/** Dependencies, URL policy and limits of the image fetch. */
export interface ImageFetchOptions extends PublicUrlOptions {
  readonly fetch: (url: string, request: ImageRequest) => Promise<Response>;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly maxBytes: number;
  readonly now: () => number;
}

/** What the URL answered, or that the stored image is still current (304). */
export type Fetched = FetchedFile | { readonly type: "unchanged"; readonly metadata: CacheMetadata };

/** The body of a URL's answer, which may be anything. */
export interface FetchedFile {
  readonly type: "file";
  readonly bytes: Uint8Array;
  /** The answer's content type; empty if it has none. */
  readonly contentType: string;
  readonly metadata: CacheMetadata;
}

/**
 * Fetches the image at a URL; with the metadata of the `stored` image, only if it has changed (a conditional request). `beforeRequest` is called with
 * the URL of each request, redirects included, and may throw. Throws `Problem`.
 */
export type FetchImage = (
  url: string,
  signal: AbortSignal,
  stored?: CacheMetadata,
  beforeRequest?: (url: URL) => void,
) => Promise<Fetched>;

/** The cause of a `Problem` when the image's server has answered with an error that a repeated request would get again. */
export class OriginRefusal extends Error {
  override readonly name = "OriginRefusal";
}

/** Returns whether the image's server failed or was not reached, which says nothing about the image. */
export function isOriginDown(thrown: unknown): thrown is Problem {
  if (!(thrown instanceof Problem) || thrown.cause instanceof OriginRefusal) return false;
  return thrown.code === "image-url-unreachable" || thrown.code === "image-url-timeout";
}

/**
 * Creates a fetch for untrusted URLs: the URL of each hop is checked before its request, and bytes and time are limited while the body
 * arrives. The content type is not trusted; `imageFromBytes` determines the format.
 */
export function createImageFetch(options: ImageFetchOptions): FetchImage {
  return async (url, caller, stored, beforeRequest = () => {}) => {
    const expired = options.timeout(IMAGE_FETCH_TIMEOUT_MS);
    const signal = AbortSignal.any([caller, expired]);
    try {
      const { response, ...final } = await followRedirects(options, { url, stored, beforeRequest }, signal);
      const received = { ...final, headers: response.headers };
      const metadata = cacheMetadataOf(received, options.now(), response.status === 304 ? stored : undefined);
      if (response.status === 304) return { type: "unchanged", metadata };
      const contentType = response.headers.get("content-type") ?? "";
      return { type: "file", bytes: await readFile(response, options.maxBytes, signal), contentType, metadata };
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      if (caller.aborted) throw new Problem("request-cancelled", "The caller disconnected.", { cause });
      if (expired.aborted) {
        const detail = `The image had not arrived after ${IMAGE_FETCH_TIMEOUT_MS / 1000} seconds.`;
        throw new Problem("image-url-timeout", detail, { cause });
      }
      throw new Problem("image-url-unreachable", "The image's server cannot be reached.", { cause });
    }
  };
}

/**
 * Reads a response's whole body. A larger declared length is refused before reading, and the decompressed bytes are counted as they arrive. Throws
 * `body-too-large`, or `signal`'s reason.
 */
async function readFile(response: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > maxBytes) discard(response);
  const limits = { maxBytes, expectedBytes: declared, signal };
  const bytes = declared > maxBytes ? undefined : await readStream(response.body, limits);
  if (bytes !== undefined) return bytes;
  throw new Problem("body-too-large", `An image may have at most ${maxBytes} bytes.`);
}

/** The requested URL, and the metadata of the stored image, if any. */
interface Target {
  readonly url: string;
  readonly stored: CacheMetadata | undefined;
  readonly beforeRequest: (url: URL) => void;
}

async function followRedirects(options: ImageFetchOptions, target: Target, signal: AbortSignal) {
  let next = target.url;
  let maxFreshSeconds = Infinity;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const url = await requireAllowed(options, next, signal);
    target.beforeRequest(url);
    const condition = conditionalHeaders(url.href, target.stored);
    const request = { headers: { ...HEADERS, ...condition }, redirect: "manual", signal } as const;
    const response = await abortable(signal, options.fetch(url.href, request));
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) {
      const isConditional = Object.keys(condition).length > 0;
      return { response: requireSuccess(response, isConditional), url: url.href, maxFreshSeconds };
    }
    maxFreshSeconds = Math.min(maxFreshSeconds, redirectFreshSeconds(response, options.now()));
    discard(response);
    next = URL.canParse(location, url.href) ? new URL(location, url.href).href : location;
  }
  throw new Problem("image-url-refused", `The URL redirects more than ${MAX_REDIRECTS} times.`);
}

async function requireAllowed(options: ImageFetchOptions, text: string, signal: AbortSignal): Promise<URL> {
  const checked = await publicUrl(text, options, signal);
  if ("refused" in checked) throw new Problem("image-url-refused", checked.refused);
  if ("url" in checked) return checked.url;
  throw new Problem("image-url-unreachable", "The URL's host name does not exist.");
}

function requireSuccess(response: Response, isConditional: boolean): Response {
  const { status } = response;
  if (status === 200 || (status === 304 && isConditional)) return response;
  discard(response);
  const detail = `The image's server answered ${status}.`;
  const cause = status < 500 && status !== TOO_MANY_REQUESTS ? new OriginRefusal(detail) : undefined;
  throw new Problem("image-url-unreachable", detail, { cause });
}

/** Cancels an unread body, which releases its connection. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
