/** Longest address text; a longer one is no IP address. */
const MAX_ADDRESS_CHARACTERS = 45;

/** The header in which Cloudflare, and Miniflare, name the address of whoever sent the request. */
const ADDRESS_HEADER = "cf-connecting-ip";

/** The first 64 bits of an IPv6 address: one subscriber usually has all addresses that begin with them. */
function network64(address: string): string {
  const [first = [], last] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = last === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => "0"), ...(last ?? [])];
  return groups.slice(0, 4).join(":").toLowerCase();
}

/** Returns whose request it is, for fair shares: its IPv4 address, or the network of its IPv6 address; empty if the platform names none. */
export function callerOf(headers: Headers): string {
  const address = (headers.get(ADDRESS_HEADER) ?? "").trim().slice(0, MAX_ADDRESS_CHARACTERS);
  if (!address.includes(":")) return address;
  // An IPv4 address written as IPv6, like ::ffff:192.0.2.1.
  return address.includes(".") ? address.slice(address.lastIndexOf(":") + 1) : network64(address);
}
