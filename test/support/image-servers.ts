import { expect } from "vitest";
import {
  createImageFetch,
  type Fetched,
  type ImageFetchOptions,
  type ImageRequest,
} from "../../src/image/fetch-image.ts";

/** The address that is fetched first. */
export const start = "https://example.com/a.jpg";
/** The bytes at that address. */
export const bytes = Uint8Array.of(1, 2, 3);
const never = new AbortController().signal;

interface RecordedRequest {
  readonly url: string;
  readonly request: ImageRequest;
}

/** Matches a problem with this code. */
export function problem(code: string): unknown {
  return expect.objectContaining({ name: "Problem", code });
}

/** A redirect to another address. */
export function redirect(location: string, status = 302): Response {
  return new Response(null, { status, headers: { location } });
}

/** Returns the fetched bytes. Throws if nothing was fetched. */
export function bytesOf(fetched: Fetched): Uint8Array {
  if (fetched.type === "file") return fetched.bytes;
  throw new Error("Nothing was fetched.");
}

/** An image fetch over servers by their full URL. Any other URL fails like a lost network connection. */
export function fetchOver(servers: Readonly<Record<string, () => Response>>, changes: Partial<ImageFetchOptions> = {}) {
  const requests: RecordedRequest[] = [];
  const expiry = new AbortController();
  const waits: number[] = [];
  const fetchImage = createImageFetch({
    fetch: async (url, request) => {
      requests.push({ url, request });
      const serve = servers[url];
      if (serve === undefined) throw new TypeError("Network connection lost.");
      return serve();
    },
    timeout: (milliseconds) => {
      waits.push(milliseconds);
      return expiry.signal;
    },
    allowsHttp: false,
    maxBytes: 10,
    now: () => 0,
    ...changes,
  });
  const get = async (url = start, signal = never) => bytesOf(await fetchImage(url, signal));
  return { requests, waits, expire: () => expiry.abort(), fetchImage, get };
}
