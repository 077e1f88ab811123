import { Interrupted, PullError } from "./pull-error.ts";

/** The most redirects followed for one request: the hub needs one, a mirror in front of it one more. */
const MAX_REDIRECTS = 5;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Loopback hosts: traffic to them does not leave the machine. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/** One HTTP request to the hub. */
export interface HubRequest {
  readonly method: "GET" | "HEAD";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent only to the hub's own origin, so that a CDN does not receive it. */
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/** The last response, and the headers of all responses in their order. */
export interface Reply {
  readonly response: Response;
  /** The host that sent the last response. */
  readonly host: string;
  readonly chain: readonly Headers[];
}

/** Whether bytes may be fetched from an address: over https, or from this machine. */
export function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Wraps a network failure in an `Interrupted` that names the host. */
export function interrupted(error: unknown, host: string): Interrupted {
  return error instanceof Interrupted ? error : new Interrupted(`${host}: ${causeOf(error)}`);
}

async function send({ token, fetch: fetchOne, url: hub, headers, ...init }: HubRequest, url: URL): Promise<Response> {
  const authorization = token === undefined || url.origin !== hub.origin ? {} : { authorization: `Bearer ${token}` };
  try {
    return await fetchOne(url, { ...init, headers: { ...headers, ...authorization }, redirect: "manual" });
  } catch (error) {
    throw interrupted(error, url.host);
  }
}

function target(from: URL, { headers }: Response): URL {
  const location = headers.get("location");
  const url = location === null ? null : URL.parse(location, from);
  if (url !== null && isTrusted(url)) return url;
  throw new PullError(`${from.host} redirects to ${url?.origin ?? "nowhere"}, which is not encrypted: not followed.`);
}

/** Whether to stop here. For HEAD, the redirect itself already has size and ETag; the storage behind it often does not support HEAD. */
function isFinal({ method }: HubRequest, { status, headers }: Response): boolean {
  return !redirects.has(status) || (method === "HEAD" && headers.has("x-linked-etag") && headers.has("x-linked-size"));
}

/** Sends a request and follows its redirects. Throws `Interrupted` if the network fails, `PullError` for an untrusted target or too many redirects. */
export async function follow(request: HubRequest): Promise<Reply> {
  const chain: Headers[] = [];
  let url = request.url;
  while (chain.length <= MAX_REDIRECTS) {
    const response = await send(request, url);
    chain.push(response.headers);
    if (isFinal(request, response)) return { response, host: url.host, chain };
    await response.body?.cancel();
    url = target(url, response);
  }
  throw new PullError(`${request.url.host} redirects more than ${MAX_REDIRECTS} times for ${request.url.pathname}.`);
}
