import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { eventOf } from "../support/webhook-world.ts";

const DNS_URL = "https://dns.test/query";

/** The addresses of each name, as the resolver says them. */
const addresses: Readonly<Record<string, readonly string[]>> = {
  "public.example.com": ["93.184.215.14"],
  "private.example.com": ["93.184.215.14", "10.0.0.7"],
  "gone.example.com": [],
};

const asked: string[] = [];

beforeAll(() => {
  // Read when the first object of the isolate loads its rules.
  Object.assign(env, { IMAGE_DNS_URL: DNS_URL });
  vi.stubGlobal("fetch", async (address: string) => {
    const url = new URL(address);
    if (!address.startsWith(DNS_URL)) {
      asked.push(url.hostname);
      return new Response(null, { status: 204 });
    }
    const isIpv4 = url.searchParams.get("type") === "A";
    const data = isIpv4 ? (addresses[url.searchParams.get("name") ?? ""] ?? []) : [];
    return Response.json({ Status: 0, Answer: data.map((each) => ({ type: 1, data: each })) });
  });
});
afterAll(() => {
  vi.unstubAllGlobals();
  Object.assign(env, { IMAGE_DNS_URL: "" });
});

it.each([
  ["public.example.com", { status: "delivered", lastError: null }],
  ["private.example.com", { status: "pending", lastError: "refused" }],
  ["gone.example.com", { status: "pending", lastError: "unknown-host" }],
])("with a resolver, %s is told only if all its addresses are public", async (name, listed) => {
  const book = env.JOB_BOOKS.get(env.JOB_BOOKS.idFromName(`account ${name}`));
  const event = eventOf({ data: "{}", atMs: Date.now() });
  await book.tellEvent(event, `https://${name}/hook`);
  await runDurableObjectAlarm(book);
  const row = async () => (await book.deliveries({ job: undefined, limit: 1, before: undefined }))[0];
  await expect.poll(row).toMatchObject(listed);
  expect(asked.includes(name)).toBe(name === "public.example.com");
});
