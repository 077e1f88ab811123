import * as z from "zod";
import { jsonExcess, type JsonLimits } from "../bytes/json-structure.ts";
import { readStream } from "../bytes/read-stream.ts";
import type { ImageFetchOptions } from "./fetch-image.ts";
import type { ResolveHost } from "./public-url.ts";

/** Record types of IPv4 and IPv6 addresses (RFC 1035, 3596). */
const TYPES = { A: 1, AAAA: 28 } as const;

/** DNS response code of a name that does not exist (RFC 1035, 4.1.1). */
const NXDOMAIN = 3;

/** The fields used of an `application/dns-json` response. Its answer also lists the CNAME records of the chain, which have another type. */
const DnsResponse = z.object({
  Status: z.literal([0, NXDOMAIN]),
  Answer: z.array(z.object({ type: z.int(), data: z.string() })).default([]),
});

/** Maximum length of a response in bytes: a DNS message has at most 64 KiB, and a host with dozens of addresses takes 10 kB as JSON. */
export const MAX_DNS_BYTES = 64 * 1024;

/** Limits of a response's JSON: a record has four members. */
const dnsJson: JsonLimits = { depth: 8, containers: 1000, commas: 5000, names: 5000 };

/** Reads a response as JSON. Rejects if it is too long, too complex, or not JSON. */
async function readJson(response: Response, signal: AbortSignal): Promise<unknown> {
  const bytes =
    response.body === null ? undefined : await readStream(response.body, { maxBytes: MAX_DNS_BYTES, signal });
  if (bytes === undefined) throw new RangeError(`The resolver answers nothing, or more than ${MAX_DNS_BYTES} bytes.`);
  const excess = jsonExcess(bytes, dnsJson);
  if (excess !== undefined) throw new RangeError(excess);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Creates a resolver over DNS over HTTPS with JSON responses, as Cloudflare and Google provide. It rejects when a query fails. */
export function createResolver({
  url,
  fetch,
}: {
  /** For example `https://cloudflare-dns.com/dns-query`. */
  readonly url: string;
  readonly fetch: ImageFetchOptions["fetch"];
}): ResolveHost {
  const query = async (name: string, type: keyof typeof TYPES, signal: AbortSignal): Promise<readonly string[]> => {
    const queryUrl = new URL(url);
    queryUrl.searchParams.set("name", name);
    queryUrl.searchParams.set("type", type);
    const response = await fetch(queryUrl.href, {
      headers: { accept: "application/dns-json" },
      redirect: "manual",
      signal,
    });
    const { Answer } = DnsResponse.parse(await readJson(response, signal));
    return Answer.filter((record) => record.type === TYPES[type]).map(({ data }) => data);
  };
  return async (name, signal) => {
    const [ipv4, ipv6] = await Promise.all([query(name, "A", signal), query(name, "AAAA", signal)]);
    return [...ipv4, ...ipv6];
  };
}
