import { describe, expect, it } from "vitest";
import { cacheDirectives, cacheStatus } from "../../src/http/cache-control.ts";
import { Problem } from "../../src/contract/problems.ts";
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

describe.each([
  ["/v1/analyze", { image: "QUJD", tasks: [{ task: "caption" }, { task: "absent" }] }],
  [
    "/v1/batch",
    {
      items: [
        { image: "QUJD", task: "caption" },
        { image: "QUJD", task: "absent" },
      ],
    },
  ],
])("the ETag of %s", (path, body) => {
  /** Sends the body with another request id each time; the second item fails, or both do. */
  async function send(id: string, isDown = false, ifNoneMatch = "") {
    const problem = new Problem("backend-unavailable", "down");
    const results = async ({ items }: { readonly items: readonly object[] }) => ({
      results: items.map((item) =>
        "problem" in item && item.problem instanceof Problem ? item.problem : isDown ? problem : fakeAnswer,
      ),
      cache: cacheMiss,
      timings: {},
    });
    const { app } = fakeApp({ analyze: results, batch: results });
    const headers = { "content-type": "application/json", "x-request-id": id, "if-none-match": ifNoneMatch };
    return app.request(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  it("is that of the outcome, whatever the request's id", async () => {
    const [one, other] = [await send("one"), await send("other")];
    const [tag, text] = [one.headers.get("etag") ?? "", await one.text()];
    expect(text).toContain('"request_id":"one"');
    expect(other.headers.get("etag")).toBe(tag);
    expect((await send("third", false, tag)).status).toBe(304);
  });

  it("is another one for another outcome", async () => {
    const tag = (await send("one")).headers.get("etag") ?? "";
    const down = await send("one", true, tag);
    expect(down.status).toBe(200);
    expect(down.headers.get("etag")).not.toBe(tag);
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
