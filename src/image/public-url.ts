import { abortable } from "./abortable.ts";
import { checkUrl, type CheckedUrl, isAllowedIpAddress, isIpAddress, type UrlPolicy } from "./url-policy.ts";

/** Resolves a host name to all its IP addresses; to none if the name does not exist. */
export type ResolveHost = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Which URLs may be asked. */
export interface PublicUrlOptions extends UrlPolicy {
  /** If set, a host is contacted only if all its IP addresses are of the public network. */
  readonly resolve?: ResolveHost | undefined;
}

/**
 * Checks whether a URL that a caller has named may be asked, its host's addresses included. Rejects as `resolve` does, or with the signal's reason.
 *
 * Without `resolve`, a host name that resolves to a private address is contacted, because the platform does not report
 * the address. On Cloudflare, a Worker cannot reach a private network. With `resolve`, a name may still resolve to
 * another address in the request that follows.
 */
export async function publicUrl(
  text: string,
  options: PublicUrlOptions,
  signal: AbortSignal,
): Promise<CheckedUrl | { readonly unknownHost: true }> {
  const checked = checkUrl(text, options);
  if ("refused" in checked || options.resolve === undefined || isIpAddress(checked.url.hostname)) return checked;
  const addresses = await abortable(signal, options.resolve(checked.url.hostname, signal));
  if (addresses.length === 0) return { unknownHost: true };
  if (addresses.every((each) => isAllowedIpAddress(each, options))) return checked;
  return { refused: "The URL's host name is not on the public network." };
}
