import ipaddr from "ipaddr.js";

/** What is fetched beside https addresses of the public network. */
export interface AddressPolicy {
  /** For tests and development on one's own machine: plain http, any port, and the loopback. */
  readonly allowsHttp: boolean;
}

/** An address that may be asked, as the URL standard writes it; or why it may not. */
export type CheckedAddress = { readonly url: URL } | { readonly refused: string };

/**
 * Names that lead into the network of whoever runs this, whatever they resolve to there: RFC 6761, 6762 (appendix G), 7686, 8375, 9476,
 * and `.internal`, where clouds keep their metadata.
 */
const PRIVATE_SUFFIXES: readonly string[] = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
  "test",
  "invalid",
  "onion",
  "alt",
];

/**
 * Whether an address may be asked, by what is written in it. The URL standard's parser has put every spelling of a number (octal,
 * hexadecimal, one integer, short forms, full-width digits, a dot behind it) into one form before it is looked at.
 */
export function checkAddress(text: string, policy: AddressPolicy): CheckedAddress {
  const url = parsed(text);
  if (url === undefined) return { refused: "The image's address cannot be read as a URL." };
  const { protocol, port, username, password } = url;
  if (protocol !== "https:" && !(policy.allowsHttp && protocol === "http:")) {
    return { refused: "Only https addresses are fetched." };
  }
  if (port !== "" && !policy.allowsHttp) return { refused: "Only the standard port, 443, is asked." };
  if (username !== "" || password !== "") return { refused: "The address holds a user name or a password." };
  return isAllowedHost(url.hostname, policy) ? { url } : { refused: "The address is not one of the public network." };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Whether a URL's host names itself by number; only names are resolved. */
export function isNumber(hostname: string): boolean {
  return hostname.startsWith("[") || ipaddr.IPv4.isValid(hostname);
}

function isAllowedHost(hostname: string, policy: AddressPolicy): boolean {
  if (isNumber(hostname)) return isAllowedNumber(hostname.replace(/^\[|\]$/gu, ""), policy);
  const name = hostname.replace(/\.+$/u, "");
  if (policy.allowsHttp && name === "localhost") return true;
  return name.includes(".") && !PRIVATE_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`));
}

/** IANA gives out addresses of the public network from here only; mapped, translated and compatible forms of IPv4 lie outside. */
const PUBLIC_IPV6 = ipaddr.IPv6.parse("2000::");
const PUBLIC_IPV6_BITS = 3;

/**
 * Whether an IP address is one of the public network: not private, loopback, link-local, shared, multicast, reserved, for documentation
 * or benchmarks, nor a form of IPv6 that leads to another address (6to4, Teredo, NAT64, mapped and compatible ones), whichever it is.
 */
export function isAllowedNumber(address: string, { allowsHttp }: AddressPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const number = ipaddr.parse(address);
  const range = number.range();
  if (allowsHttp && range === "loopback") return true;
  return range === "unicast" && (number instanceof ipaddr.IPv4 || number.match(PUBLIC_IPV6, PUBLIC_IPV6_BITS));
}
