import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import type { Site } from "../../src/http/site.ts";
import { fakeApp } from "../support/fake-service.ts";

const files = new Map([
  ["home.html", { type: "text/html; charset=utf-8", text: "<h1>home</h1>" }],
  [
    "api.json",
    { type: "application/json", text: '{"host":"api.example","schemes":["https"],"url":"https://api.example/v1"}' },
  ],
  ["assets/main-abc.js", { type: "text/javascript", text: "main();" }],
]);

/** A site of two files with their names as ETags, and the names of the files that were read. */
function fakeSite() {
  const read: string[] = [];
  const site: Site = {
    pages: { "/": "home.html", "/gone": "gone.html", "/broken": "broken.html" },
    documents: {
      placeholder: "https://api.example",
      files: { "/api.json": "api.json", "/lost.json": "lost.json" },
    },
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

describe("a document that tools import", () => {
  it.each(["https://florence.test", "http://127.0.0.1:8787"])(
    "has the address at which it was asked for: %s",
    async (origin) => {
      const response = await fakeSite().app.request(`${origin}/api.json`);
      const { host, protocol } = new URL(origin);
      expect(await response.json()).toEqual({ host, schemes: [protocol.slice(0, -1)], url: `${origin}/v1` });
      expect(response.headers.get("content-type")).toBe("application/json");
    },
  );

  it("is a fault of the deployment if its file is missing", async () => {
    const { app, logged } = fakeSite();
    expect((await app.request("/lost.json")).status).toBe(500);
    expect(logged).toHaveLength(1);
  });
});

describe("a page", () => {
  it("has its type and ETag, is revalidated each time, and has a strict content security policy", async () => {
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

  it("is 304 if the ETag matches", async () => {
    const response = await fakeSite().app.request("/", { headers: { "if-none-match": '"home.html"' } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
  });

  it("responds to HEAD, and rejects other methods", async () => {
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

  it("is not found if it is not in the build, and is an internal error if it cannot be read", async () => {
    const { app, logged } = fakeSite();
    expect(await codeOf(await app.request("/gone"))).toBe("not-found");
    expect(logged).toEqual([]);
    expect(await codeOf(await app.request("/broken"))).toBe("internal");
    expect(logged).toHaveLength(1);
  });
});

describe("a file that a page loads", () => {
  it("is immutable, since its name contains a hash of its content", async () => {
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
  ])("%s is not found outside its folder", async (path) => {
    const { app, read } = fakeSite();
    expect(await codeOf(await app.request(path))).toBe("not-found");
    expect(read.filter((file) => files.has(file))).toEqual([]);
  });
});

it("an API without a site has no pages", async () => {
  expect(await codeOf(await fakeApp().app.request("/"))).toBe("not-found");
});
