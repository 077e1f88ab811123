import ipaddr from "ipaddr.js";

/** Which URLs are fetched in addition to https URLs of the public network. */
export interface UrlPolicy {
  /** Also allows plain http, any port and the loopback: for tests and local development. */
  readonly allowsHttp: boolean;
}

/** An allowed URL, normalised by the URL standard; or the reason for its refusal. */
export type CheckedUrl = { readonly url: URL } | { readonly refused: string };

/** Names of private networks, refused whatever they resolve to. None is a public domain, but `fritz.box`, which routers answer themselves. */
const PRIVATE_SUFFIXES: readonly string[] = [
  // Reserved by RFC 6761, 6762 (appendix G), 7686 and 9476; `.internal`, where clouds serve their metadata; `.arpa`, for infrastructure (RFC 3172).
  "localhost local internal intranet private corp home lan test invalid onion alt arpa",
  // Used by clusters: Kubernetes' search names, Consul, Nomad, Mesos, Fly.
  "svc cluster pod node mesh consul nomad mesos marathon flycast",
  // Used by routers and companies, and by networks beside the DNS.
  "localdomain localnet intra priv domain workgroup mail dns router gateway modem fritz.box i2p",
].flatMap((names) => names.split(" "));

/** A top-level domain has letters only, or is an encoded one (RFC 3696, section 2): numbers and names like `dc1` are none. */
const publicName = /\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$/u;

/**
 * Checks whether a URL may be fetched, without resolving its host. The URL standard's parser normalises every spelling of an IPv4 address
 * (octal, hexadecimal, one integer, short forms, full-width digits, a trailing dot) before the check.
 */
export function checkUrl(text: string, policy: UrlPolicy): CheckedUrl {
  const url = parseUrl(text);
  if (url === undefined) return { refused: "The image's URL cannot be parsed." };
  const { protocol, port, username, password } = url;
  if (protocol !== "https:" && !(policy.allowsHttp && protocol === "http:")) {
    return { refused: "Only https URLs are fetched." };
  }
  if (port !== "" && !policy.allowsHttp) return { refused: "Only port 443 is allowed." };
  if (username !== "" || password !== "") return { refused: "The URL contains a user name or a password." };
  return isAllowedHost(url.hostname, policy) ? { url } : { refused: "The URL's host is not on the public network." };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a URL's host is an IP address; only names are resolved. */
export function isIpAddress(hostname: string): boolean {
  return hostname.startsWith("[") || ipaddr.IPv4.isValid(hostname);
}

function isAllowedHost(hostname: string, policy: UrlPolicy): boolean {
  if (isIpAddress(hostname)) return isAllowedIpAddress(hostname.replace(/^\[|\]$/gu, ""), policy);
  const name = hostname.replace(/\.$/u, "");
  if (policy.allowsHttp && name === "localhost") return true;
  const isName = publicName.test(name) && !name.includes("..");
  return isName && !PRIVATE_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`));
}

/** The only block from which IANA assigns global unicast addresses; mapped, translated and compatible forms of IPv4 are outside. */
const PUBLIC_IPV6 = ipaddr.IPv6.parse("2000::");
const PUBLIC_IPV6_BITS = 3;

/** Public by its block, but Azure's own host answers it to every machine there. */
const PLATFORM_HOST = "168.63.129.16";

/** Groups of an interface identifier that contains a private IPv4 address: ISATAP (RFC 5214, section 6.1), with either value of the first group. */
const ISATAP = { first: new Set([0, 0x200]), second: 0x5efe } as const;

function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [, , , , first = -1, second] = parts;
  return ISATAP.first.has(first) && second === ISATAP.second;
}

/**
 * Returns whether an IP address belongs to the public network: not private, loopback, link-local, shared, multicast, reserved, for documentation
 * or benchmarks, nor a form of IPv6 that embeds another address (6to4, Teredo, NAT64, ISATAP, mapped and compatible), whichever address that is.
 */
export function isAllowedIpAddress(address: string, { allowsHttp }: UrlPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (allowsHttp && range === "loopback") return true;
  if (range !== "unicast") return false;
  if (parsed instanceof ipaddr.IPv4) return parsed.toString() !== PLATFORM_HOST;
  return parsed.match(PUBLIC_IPV6, PUBLIC_IPV6_BITS) && !isIsatap(parsed);
}
