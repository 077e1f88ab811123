import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";

/** Addresses by which a machine reaches itself. */
const LOOPBACK = /^(?:127\.|::1$)/u;

/** Whether a request was sent to or from the machine that answers it: on Cloudflare none is. */
function isLocal({ url, headers }: Request): boolean {
  const { hostname } = new URL(url);
  return localhostAllowedHostnames().includes(hostname) || LOOPBACK.test(headers.get("cf-connecting-ip") ?? "");
}

/**
 * Refuses a request that a web page sends to a server on its reader's own machine, also one that reaches it under the page's own name (DNS rebinding). A deployment
 * needs no such guard: whoever may call it may call it from any page, since nothing but the key in the request says who he is.
 */
export function localRefusal(request: Request): Response | undefined {
  if (!isLocal(request)) return undefined;
  return (
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins())
  );
}
