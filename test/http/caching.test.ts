import { describe, expect, it } from "vitest";
import { cacheDirectives, cacheStatus } from "../../src/http/cache-control.ts";
import { cacheMiss, fakeAnswer, fakeApp } from "../support/fake-service.ts";

const image = { method: "POST", body: "x", headers: { "content-type": "image/png" } };
const none = { noStore: false, noCache: false, onlyIfCached: false, maxAge: undefined, staleIfError: undefined };

describe("a request's Cache-Control", () => {
  it.each<[string | null, Partial<ReturnType<typeof cacheDirectives>>]>([
    [null, {}],
    ["", {}],
    ["no-store", { noStore: true }],
    ["No-Cache , ONLY-IF-CACHED", { noCache: true, onlyIfCached: true }],
    ["max-age=60, stale-if-error=3600", { maxAge: 60, staleIfError: 3600 }],
    ['max-age="5"', { maxAge: 5 }],
    ["max-age=-1, stale-if-error=soon, max-age", {}],
    ["max-age=1.5", {}],
    ["no-transform, private", {}],
  ])("%j is parsed", (header, expected) => {
    expect(cacheDirectives(header)).toEqual({ ...none, ...expected });
  });

  it("is passed to the service", async () => {
    const { app, calls } = fakeApp();
    await app.request("/v1/caption", { ...image, headers: { ...image.headers, "cache-control": "no-cache" } });
    expect(calls[0]?.cache.noCache).toBe(true);
  });
});

describe("Cache-Status", () => {
  it.each([
    [cacheMiss, "florence-edge; fwd=miss; stored"],
    [{ ...cacheMiss, stored: false, collapsed: true }, "florence-edge; fwd=miss; collapsed"],
    [{ ...cacheMiss, hit: true, fwd: undefined, stored: false }, "florence-edge; hit"],
    [
      { ...cacheMiss, hit: true, fwd: undefined, stored: false, stale: true },
      "florence-edge; hit; detail=stale-if-error",
    ],
  ])("of %j is %s", (report, status) => {
    expect(cacheStatus(report)).toBe(status);
  });
});

describe("an answer's headers", () => {
  it("contain the cache status, the timings and the request id", async () => {
    const { app } = fakeApp();
    const { headers } = await app.request("/v1/caption", image);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "private, no-cache",
      "cache-status": "florence-edge; fwd=miss; stored",
      "content-type": "application/json",
      "server-timing": "intake;dur=1.5",
      "x-request-id": "request-1",
    });
    expect(headers.has("age")).toBe(false);
  });

  it("contain the age of a cached answer", async () => {
    const cache = { ...cacheMiss, hit: true, fwd: undefined, stored: false, age: 12 };
    const { app } = fakeApp({ answer: async () => ({ answer: fakeAnswer, cache, timings: {} }) });
    expect((await app.request("/v1/caption", image)).headers.get("age")).toBe("12");
  });

  it("contain an ETag: a request with a matching If-None-Match gets 304 without a body", async () => {
    const { app } = fakeApp();
    const tag = (await app.request("/v1/caption", image)).headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/u);
    for (const given of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const response = await app.request("/v1/caption", {
        ...image,
        headers: { ...image.headers, "if-none-match": given },
      });
      expect([response.status, await response.text(), response.headers.get("etag")]).toEqual([304, "", tag]);
    }
    const other = await app.request("/v1/caption", {
      ...image,
      headers: { ...image.headers, "if-none-match": '"other"' },
    });
    expect(other.status).toBe(200);
  });
});
