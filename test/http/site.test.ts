import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import type { Site } from "../../src/http/site.ts";
import { fakeApp } from "../support/fake-service.ts";

const files = new Map([
  ["home.html", { type: "text/html; charset=utf-8", text: "<h1>home</h1>" }],
  ["assets/main-abc.js", { type: "text/javascript", text: "main();" }],
]);

/** A site of two files, each of which has its own name for a tag, and what was read of it. */
function fakeSite() {
  const read: string[] = [];
  const site: Site = {
    pages: { "/": "home.html", "/gone": "gone.html", "/broken": "broken.html" },
    read: async (file, headers) => {
      read.push(file);
      const found = files.get(file);
      if (file === "broken.html") return new Response("broken", { status: 500 });
      if (found === undefined) return new Response("no", { status: 404 });
      const etag = `"${file}"`;
      if (headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers: { etag } });
      return new Response(found.text, { headers: { etag, "content-type": found.type, "set-cookie": "a=b" } });
    },
  };
  return { ...fakeApp({}, { site }), read };
}

async function codeOf(response: Response): Promise<unknown> {
  return ProblemDetails.parse(await response.json()).code;
}

describe("a page", () => {
  it("is shown with its type and its tag, asked for again each time, and under a strict policy", async () => {
    const response = await fakeSite().app.request("/");
    expect([response.status, await response.text()]).toEqual([200, "<h1>home</h1>"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      etag: '"home.html"',
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-request-id": "request-1",
    });
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob: data:",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|https?:|\*/u);
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it("is not sent to who has it", async () => {
    const response = await fakeSite().app.request("/", { headers: { "if-none-match": '"home.html"' } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
  });

  it("has a head of its own, and takes no other method", async () => {
    const { app } = fakeSite();
    const head = await app.request("/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const posted = await app.request("/", { method: "POST" });
    expect([posted.status, posted.headers.get("allow"), await codeOf(posted)]).toEqual([
      405,
      "GET, HEAD, OPTIONS",
      "method-not-allowed",
    ]);
  });

  it("that is not in the build is not found, and one that cannot be read is our fault", async () => {
    const { app, logged } = fakeSite();
    expect(await codeOf(await app.request("/gone"))).toBe("not-found");
    expect(logged).toEqual([]);
    expect(await codeOf(await app.request("/broken"))).toBe("internal");
    expect(logged).toHaveLength(1);
  });
});

describe("what a page loads", () => {
  it("is kept for good: its name says what is in it", async () => {
    const response = await fakeSite().app.request("/assets/main-abc.js");
    expect(await response.text()).toBe("main();");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  it.each([
    "/assets/..%2fhome.html",
    "/assets/%2e%2e/home.html",
    "/assets/a/b.js",
    "/assets/",
    "/models/manifest.json",
    "/home.html",
  ])("%s is nothing outside its folder", async (path) => {
    const { app, read } = fakeSite();
    expect(await codeOf(await app.request(path))).toBe("not-found");
    expect(read.filter((file) => files.has(file))).toEqual([]);
  });
});

it("an API without a site has no pages", async () => {
  expect(await codeOf(await fakeApp().app.request("/"))).toBe("not-found");
});
