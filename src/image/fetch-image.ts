import { Problem } from "../contract/problems.ts";
import { type AddressPolicy, checkAddress, isAllowedNumber, isNumber } from "./url-policy.ts";
import { readBounded } from "./bounded-body.ts";
import { redirectSeconds } from "./fresh-seconds.ts";
import { conditionFor, type Origin, originOf } from "./cache-metadata.ts";
import { unless } from "./abortable.ts";

/** Most redirects: from a short address to the host, to its delivery network, to the file. */
export const MAX_REDIRECTS = 3;

/** How long names, redirects and all bytes may take together: a caller waits, and a stalled download holds the isolate's memory. */
export const IMAGE_FETCH_TIMEOUT_MS = 10_000;

/** What a server is told; the same for every caller. No cookie, no authorization, nothing of the request is passed on. */
const HEADERS = {
  accept: "image/jpeg, image/png, image/webp, image/gif",
  // An image is compressed already. What comes compressed all the same is counted as it is unpacked.
  "accept-encoding": "identity",
  "user-agent": "florence-edge (image fetch)",
} as const;

/** Says nothing of the image, as a server's failure does. */
const TOO_MANY_REQUESTS = 429;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** How a request for an image is made. */
export interface ImageRequest {
  readonly headers: Record<string, string>;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}

/** The IP addresses of a host name, all of them; none where the name does not exist. */
export type ResolveHost = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** What images are fetched with, and what is fetched. */
export interface ImageFetchOptions extends AddressPolicy {
  readonly fetch: (url: string, request: ImageRequest) => Promise<Response>;
  /** A signal that fires after so many milliseconds, as `AbortSignal.timeout` makes. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  /** Where there is one, a name is asked for only if all that it stands for is of the public network. */
  readonly resolve?: ResolveHost | undefined;
  readonly maxBytes: number;
  readonly now: () => number;
}

/** The bytes at an address, or that they are still those that were known. */
export type Fetched =
  | { readonly type: "image"; readonly bytes: Uint8Array; readonly origin: Origin }
  | { readonly type: "unchanged"; readonly origin: Origin };

/** Fetches what is at an address; with what is `known` of it, only if it is another by now. Throws `Problem`. */
export type FetchImage = (address: string, signal: AbortSignal, known?: Origin) => Promise<Fetched>;

/** The cause of a problem with an image's server that has answered, and will answer the same again. */
export class OriginRefusal extends Error {
  override readonly name = "OriginRefusal";
}

/** Whether an image's server failed or was not reached: that says nothing of the image. */
export function isOriginDown(thrown: unknown): thrown is Problem {
  if (!(thrown instanceof Problem) || thrown.cause instanceof OriginRefusal) return false;
  return thrown.code === "image-url-unreachable" || thrown.code === "image-url-timeout";
}

/**
 * Fetches what a stranger names, and nothing else: each hop's address is checked before it is asked, and bytes and time are bounded while
 * they come. What the bytes are is for `imageFromBytes` to find out; the content type is not believed.
 *
 * Without `resolve`, a name that stands for a private address is asked: the platform does not say what a name stands for. On Cloudflare
 * a Worker has no private network that it could reach. With it, a name may stand for something else a moment later, when it is fetched.
 */
export function createImageFetch(options: ImageFetchOptions): FetchImage {
  return async (address, caller, known) => {
    const expired = options.timeout(IMAGE_FETCH_TIMEOUT_MS);
    const signal = AbortSignal.any([caller, expired]);
    try {
      const { response, ...way } = await follow(options, { address, known }, signal);
      const found = { ...way, headers: response.headers };
      const origin = originOf(found, options.now(), response.status === 304 ? known : undefined);
      if (response.status === 304) return { type: "unchanged", origin };
      return { type: "image", bytes: await readBounded(response, options.maxBytes, signal), origin };
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      if (caller.aborted) throw new Problem("request-cancelled", "The caller went away.", { cause });
      if (expired.aborted) {
        const detail = `The image was not there after ${IMAGE_FETCH_TIMEOUT_MS / 1000} seconds.`;
        throw new Problem("image-url-timeout", detail, { cause });
      }
      throw new Problem("image-url-unreachable", "The image's server cannot be reached.", { cause });
    }
  };
}

/** What is asked for. */
interface Asked {
  readonly address: string;
  readonly known: Origin | undefined;
}

async function follow(options: ImageFetchOptions, asked: Asked, signal: AbortSignal) {
  let { address } = asked;
  let ledSeconds = Infinity;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const url = await permitted(options, address, signal);
    const condition = conditionFor(url.href, asked.known);
    const request = { headers: { ...HEADERS, ...condition }, redirect: "manual", signal } as const;
    const response = await unless(signal, options.fetch(url.href, request));
    const next = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (next === null) {
      return { response: answered(response, Object.keys(condition).length > 0), url: url.href, ledSeconds };
    }
    ledSeconds = Math.min(ledSeconds, redirectSeconds(response, options.now()));
    discard(response);
    address = URL.canParse(next, url.href) ? new URL(next, url.href).href : next;
  }
  throw new Problem("image-url-refused", `The address redirects more than ${MAX_REDIRECTS} times.`);
}

async function permitted(options: ImageFetchOptions, address: string, signal: AbortSignal): Promise<URL> {
  const checked = checkAddress(address, options);
  if ("refused" in checked) throw new Problem("image-url-refused", checked.refused);
  const { url } = checked;
  if (options.resolve === undefined || isNumber(url.hostname)) return url;
  const addresses = await unless(signal, options.resolve(url.hostname, signal));
  if (addresses.length === 0) throw new Problem("image-url-unreachable", "The address's host name does not exist.");
  if (addresses.every((each) => isAllowedNumber(each, options))) return url;
  throw new Problem("image-url-refused", "The address's host name is not one of the public network.");
}

function answered(response: Response, isConditional: boolean): Response {
  const { status } = response;
  if (status === 200 || (status === 304 && isConditional)) return response;
  discard(response);
  const detail = `The image's server answered ${status}.`;
  const cause = status < 500 && status !== TOO_MANY_REQUESTS ? new OriginRefusal(detail) : undefined;
  throw new Problem("image-url-unreachable", detail, { cause });
}

/** Lets go of a body that nobody will read; the connection goes with it. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
