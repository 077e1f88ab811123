import { describe, expect, it } from "vitest";
import { createResolver, MAX_DNS_BYTES } from "../../src/image/dns-over-https.ts";

const signal = new AbortController().signal;

/** Creates a resolver over a fake server with these response bodies by record type. */
function resolverOver(bodies: Readonly<Record<string, unknown>>) {
  const queries: string[] = [];
  const resolve = createResolver({
    url: "https://dns.example/dns-query",
    fetch: async (url, { headers }) => {
      queries.push(`${url} ${headers["accept"]}`);
      return Response.json(bodies[new URL(url).searchParams.get("type") ?? ""]);
    },
  });
  return { queries, resolve: (name: string) => resolve(name, signal) };
}

const ipv4 = {
  Status: 0,
  Answer: [
    { type: 5, data: "cdn.example." },
    { type: 1, data: "192.0.2.1", TTL: 60 },
  ],
};
const ipv6 = { Status: 0, Answer: [{ type: 28, data: "2001:db8::1" }] };

describe("createResolver", () => {
  it("queries both record types and returns all addresses", async () => {
    const { queries, resolve } = resolverOver({ A: ipv4, AAAA: ipv6 });
    expect(await resolve("a.example")).toEqual(["192.0.2.1", "2001:db8::1"]);
    expect(queries).toEqual([
      "https://dns.example/dns-query?name=a.example&type=A application/dns-json",
      "https://dns.example/dns-query?name=a.example&type=AAAA application/dns-json",
    ]);
  });

  it("returns no addresses for a name that does not exist or has no records of a type", async () => {
    expect(await resolverOver({ A: { Status: 3 }, AAAA: { Status: 3 } }).resolve("a.example")).toEqual([]);
    expect(await resolverOver({ A: ipv4, AAAA: { Status: 0 } }).resolve("a.example")).toEqual(["192.0.2.1"]);
  });

  it.each([[{ Status: 2 }], [{}], ["no"], [{ Status: 0, Answer: [{ type: 1 }] }]])(
    "rejects on a failed query or an invalid response: %j",
    async (body) => {
      await expect(resolverOver({ A: body, AAAA: ipv6 }).resolve("a.example")).rejects.toThrow(Error);
    },
  );
});

describe("a response that is too long or too complex", () => {
  const answer = { type: 1, data: "192.0.2.1" };
  it.each([
    ["bytes", { ...ipv4, Comment: "a".repeat(MAX_DNS_BYTES) }],
    ["records", { Status: 0, Answer: Array.from({ length: 1000 }, () => answer) }],
    ["commas", { Status: 0, Answer: [], Comment: Array.from({ length: 6000 }, () => 1) }],
  ])("rejects: %s", async (_name, body) => {
    await expect(resolverOver({ A: body, AAAA: ipv6 }).resolve("a.example")).rejects.toThrow(RangeError);
  });

  it("is accepted with as many addresses as a large host has", async () => {
    const body = { Status: 0, Answer: Array.from({ length: 100 }, () => answer) };
    expect((await resolverOver({ A: body, AAAA: ipv6 }).resolve("a.example")).length).toBe(101);
  });
});
