import { describe, expect, it } from "vitest";
import { MAX_FRESH_SECONDS } from "../../src/image/fresh-seconds.ts";
import { type CacheMetadata, cacheMetadataOf, conditionalHeaders } from "../../src/image/cache-metadata.ts";

const url = "https://example.com/a.jpg";
const NOW = Date.parse("Tue, 24 Nov 2026 12:00:00 GMT");
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toUTCString();
const metadataOf = (headers: Readonly<Record<string, string>>, stored?: CacheMetadata) =>
  cacheMetadataOf({ url, headers: new Headers(headers), maxFreshSeconds: Infinity }, NOW, stored);

describe("freshSeconds", () => {
  it.each<[string, number, Readonly<Record<string, string>>]>([
    ["is 0 without headers", 0, {}],
    ["is max-age", 7, { "cache-control": "public, max-age=7" }],
    ["is s-maxage before max-age", 9, { "cache-control": "max-age=7, s-maxage=9" }],
    ["is reduced by age", 5, { "cache-control": "max-age=7", age: "2" }],
    ["is 0 if age exceeds max-age", 0, { "cache-control": "max-age=7", age: "20" }],
    ["is 0 for no-cache", 0, { "cache-control": "no-cache, max-age=7" }],
    ["is a minute at most", MAX_FRESH_SECONDS, { "cache-control": "max-age=31536000, immutable" }],
    ["is a tenth of the time since last-modified", 6, { "last-modified": minutesAgo(1) }],
    ["is 0 for last-modified in the future", 0, { "last-modified": minutesAgo(-1) }],
    ["is 0 for an invalid last-modified", 0, { "last-modified": "yesterday" }],
    ["is the time until expires", 8, { expires: new Date(NOW + 8000).toUTCString() }],
    [
      "is the time until expires by the server's own date",
      8,
      { expires: minutesAgo(60), date: new Date(NOW - 3_608_000).toUTCString() },
    ],
    ["is max-age before expires", 7, { "cache-control": "max-age=7", expires: minutesAgo(1) }],
    ["is 0 after expires, despite last-modified", 0, { expires: minutesAgo(1), "last-modified": minutesAgo(100) }],
    ["is 0 for an invalid expires, despite last-modified", 0, { expires: "0", "last-modified": minutesAgo(100) }],
    ["is 0 for no-store", 0, { "cache-control": "no-store, max-age=7" }],
    ["is 0 for invalid directives", 0, { "cache-control": "max-age=-1, s-maxage=x" }],
  ])("%s", (_, seconds, headers) => {
    expect(metadataOf(headers).freshSeconds).toBe(seconds);
  });
});

describe("cache metadata", () => {
  it.each<[boolean, Readonly<Record<string, string>>]>([
    [true, { etag: '"1"' }],
    [true, { "last-modified": minutesAgo(1) }],
    [true, { "cache-control": "max-age=7" }],
    [false, {}],
    [false, { etag: '"1"', "cache-control": "no-store" }],
    [false, { etag: '"1"', "cache-control": "max-age=7,private" }],
  ])("has isStorable %s for %j", (isStorable, headers) => {
    expect(metadataOf(headers).isStorable).toBe(isStorable);
  });

  it("makes a request conditional for the stored URL only", () => {
    const stored = metadataOf({ etag: 'W/"1"', "last-modified": minutesAgo(1) });
    expect(conditionalHeaders(url, stored)).toEqual({ "if-none-match": 'W/"1"', "if-modified-since": minutesAgo(1) });
    expect(conditionalHeaders("https://example.com/b.jpg", stored)).toEqual({});
    expect(conditionalHeaders(url, undefined)).toEqual({});
    expect(conditionalHeaders(url, metadataOf({ "cache-control": "max-age=7" }))).toEqual({});
  });

  it("keeps the validators that a 304 omits", () => {
    const stored = metadataOf({ etag: '"1"', "last-modified": minutesAgo(1), "cache-control": "max-age=7" });
    expect(metadataOf({ "cache-control": "max-age=3" }, stored)).toMatchObject({ etag: '"1"', freshSeconds: 3 });
    expect(metadataOf({ etag: '"2"' }, stored)).toMatchObject({ etag: '"2"', freshSeconds: 6 });
  });
});
