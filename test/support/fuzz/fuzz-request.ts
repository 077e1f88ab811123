import type { Header } from "./any-headers.ts";

/** A request as it goes over the wire. */
export interface FuzzRequest {
  /** How it was made. */
  readonly what: string;
  readonly method: string;
  /** Path and query, written as in the request line. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | undefined;
  /** How the body is sent: with its length, in chunks, or with a larger length and then cut off, so that no response can come. */
  readonly transfer: "length" | "chunked" | "cut";
  /** Whether it is valid in every respect, so that any refusal but of an overloaded server is a fault. */
  readonly isValid: boolean;
  /** Whether it names an image whose server stalls, so that the response takes as long as the API's limit allows. */
  readonly stalls: boolean;
}

/** The path that the API sees, decoded as far as it can be. Dot segments and repeated slashes stay, since nothing before it removes them. */
export function pathOf({ target }: Pick<FuzzRequest, "target">): string {
  const [path = ""] = target.split("?", 1);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The request as the platform has it, which normalizes its URL. */
export function platformRequest({ method, target, headers, body }: FuzzRequest): Request {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]) };
  return new Request(`https://api.test${target}`, body === undefined ? init : { ...init, body: Uint8Array.from(body) });
}
