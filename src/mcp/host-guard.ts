import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  originValidationResponse,
} from "@modelcontextprotocol/server";

/** The names under which a server may be called: those that are configured, else those of the machine itself if it is called by one of them. */
function namesFor({ url }: Request, configured: readonly string[]): readonly string[] {
  if (configured.length > 0) return configured;
  const local = localhostAllowedHostnames();
  return local.includes(new URL(url).hostname) ? local : [];
}

/**
 * Refuses a request under another name than the configured ones, or from a page of another: a web page could otherwise use a server on its reader's own machine,
 * also under the page's own name (DNS rebinding). A deployment needs no such guard: nothing but the key in a request says who sends it, so any page may.
 */
export function hostRefusal(request: Request, configured: readonly string[]): Response | undefined {
  const names = [...namesFor(request, configured)];
  if (names.length === 0) return undefined;
  return hostHeaderValidationResponse(request, names) ?? originValidationResponse(request, names);
}
