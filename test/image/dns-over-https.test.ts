import { describe, expect, it } from "vitest";
import { createResolver } from "../../src/image/dns-over-https.ts";

const signal = new AbortController().signal;

/** A resolver whose server gives these bodies for A and AAAA. */
function resolverOver(bodies: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const resolve = createResolver({
    url: "https://dns.example/dns-query",
    fetch: async (url, { headers }) => {
      asked.push(`${url} ${headers["accept"]}`);
      return Response.json(bodies[new URL(url).searchParams.get("type") ?? ""]);
    },
  });
  return { asked, resolve: (name: string) => resolve(name, signal) };
}

const four = {
  Status: 0,
  Answer: [
    { type: 5, data: "cdn.example." },
    { type: 1, data: "192.0.2.1", TTL: 60 },
  ],
};
const six = { Status: 0, Answer: [{ type: 28, data: "2001:db8::1" }] };

describe("a resolver behind https", () => {
  it("is asked for both kinds of addresses, and gives all of them", async () => {
    const { asked, resolve } = resolverOver({ A: four, AAAA: six });
    expect(await resolve("a.example")).toEqual(["192.0.2.1", "2001:db8::1"]);
    expect(asked).toEqual([
      "https://dns.example/dns-query?name=a.example&type=A application/dns-json",
      "https://dns.example/dns-query?name=a.example&type=AAAA application/dns-json",
    ]);
  });

  it("gives none of a name that does not exist, or has none of a kind", async () => {
    expect(await resolverOver({ A: { Status: 3 }, AAAA: { Status: 3 } }).resolve("a.example")).toEqual([]);
    expect(await resolverOver({ A: four, AAAA: { Status: 0 } }).resolve("a.example")).toEqual(["192.0.2.1"]);
  });

  it.each([[{ Status: 2 }], [{}], ["no"], [{ Status: 0, Answer: [{ type: 1 }] }]])(
    "rejects where it failed, or says something else: %j",
    async (body) => {
      await expect(resolverOver({ A: body, AAAA: six }).resolve("a.example")).rejects.toThrow(Error);
    },
  );
});
