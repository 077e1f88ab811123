import * as z from "zod";
import type { ImageFetchOptions, ResolveHost } from "./fetch-image.ts";

/** The record types of addresses (RFC 1035, 3596). */
const TYPES = { A: 1, AAAA: 28 } as const;

/** DNS's code for a name that does not exist (RFC 1035, 4.1.1). */
const NXDOMAIN = 3;

/** The part of a `application/dns-json` answer that is read; a CNAME on the way has another type. */
const Reply = z.object({
  Status: z.literal([0, NXDOMAIN]),
  Answer: z.array(z.object({ type: z.int(), data: z.string() })).default([]),
});

/** A resolver behind https that answers in JSON, as Cloudflare's and Google's do. Rejects where it cannot be asked. */
export function createResolver({
  url,
  fetch,
}: {
  /** Like `https://cloudflare-dns.com/dns-query`. */
  readonly url: string;
  readonly fetch: ImageFetchOptions["fetch"];
}): ResolveHost {
  const ask = async (name: string, type: keyof typeof TYPES, signal: AbortSignal): Promise<readonly string[]> => {
    const address = new URL(url);
    address.searchParams.set("name", name);
    address.searchParams.set("type", type);
    const response = await fetch(address.href, {
      headers: { accept: "application/dns-json" },
      redirect: "manual",
      signal,
    });
    const { Answer } = Reply.parse(await response.json());
    return Answer.filter((record) => record.type === TYPES[type]).map(({ data }) => data);
  };
  return async (name, signal) => {
    const [four, six] = await Promise.all([ask(name, "A", signal), ask(name, "AAAA", signal)]);
    return [...four, ...six];
  };
}
