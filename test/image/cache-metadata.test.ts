import { describe, expect, it } from "vitest";
import { MAX_FRESH_SECONDS } from "../../src/image/fresh-seconds.ts";
import { conditionFor, type Origin, originOf } from "../../src/image/cache-metadata.ts";

const url = "https://example.com/a.jpg";
const NOW = Date.parse("Tue, 24 Nov 2026 12:00:00 GMT");
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toUTCString();
const seen = (headers: Readonly<Record<string, string>>, before?: Origin) =>
  originOf({ url, headers: new Headers(headers), ledSeconds: Infinity }, NOW, before);

describe("an image's server need not be asked again for", () => {
  it.each<[string, number, Readonly<Record<string, string>>]>([
    ["no time, where it says nothing", 0, {}],
    ["the time that it says", 7, { "cache-control": "public, max-age=7" }],
    ["the time that it says to those who share", 9, { "cache-control": "max-age=7, s-maxage=9" }],
    ["what is left of it", 5, { "cache-control": "max-age=7", age: "2" }],
    ["no time, where nothing is left of it", 0, { "cache-control": "max-age=7", age: "20" }],
    ["no time, where it wants to be asked", 0, { "cache-control": "no-cache, max-age=7" }],
    ["a minute at most", MAX_FRESH_SECONDS, { "cache-control": "max-age=31536000, immutable" }],
    ["a tenth of the time since it was changed", 6, { "last-modified": minutesAgo(1) }],
    ["no time, where it was changed in the future", 0, { "last-modified": minutesAgo(-1) }],
    ["no time, where nobody knows when it was changed", 0, { "last-modified": "yesterday" }],
    ["until it says that it ends", 8, { expires: new Date(NOW + 8000).toUTCString() }],
    [
      "until it says that it ends, by its own clock",
      8,
      { expires: minutesAgo(60), date: new Date(NOW - 3_608_000).toUTCString() },
    ],
    ["the time that it says, whenever it ends", 7, { "cache-control": "max-age=7", expires: minutesAgo(1) }],
    ["no time, where it says that it has ended", 0, { expires: minutesAgo(1), "last-modified": minutesAgo(100) }],
    ["no time, where it ends at no time", 0, { expires: "0", "last-modified": minutesAgo(100) }],
    ["no time, where nothing of it may be kept", 0, { "cache-control": "no-store, max-age=7" }],
    ["no time, where it says nonsense", 0, { "cache-control": "max-age=-1, s-maxage=x" }],
  ])("%s", (_, seconds, headers) => {
    expect(seen(headers).freshSeconds).toBe(seconds);
  });
});

describe("what it says", () => {
  it.each<[boolean, Readonly<Record<string, string>>]>([
    [true, { etag: '"1"' }],
    [true, { "last-modified": minutesAgo(1) }],
    [true, { "cache-control": "max-age=7" }],
    [false, {}],
    [false, { etag: '"1"', "cache-control": "no-store" }],
    [false, { etag: '"1"', "cache-control": "max-age=7,private" }],
  ])("may be kept, and is worth it: %s for %j", (isStorable, headers) => {
    expect(seen(headers).isStorable).toBe(isStorable);
  });

  it("is asked for again where it was found, and nowhere else", () => {
    const known = seen({ etag: 'W/"1"', "last-modified": minutesAgo(1) });
    expect(conditionFor(url, known)).toEqual({ "if-none-match": 'W/"1"', "if-modified-since": minutesAgo(1) });
    expect(conditionFor("https://example.com/b.jpg", known)).toEqual({});
    expect(conditionFor(url, undefined)).toEqual({});
    expect(conditionFor(url, seen({ "cache-control": "max-age=7" }))).toEqual({});
  });

  it("holds on where a 304 leaves it out", () => {
    const before = seen({ etag: '"1"', "last-modified": minutesAgo(1), "cache-control": "max-age=7" });
    expect(seen({ "cache-control": "max-age=3" }, before)).toMatchObject({ etag: '"1"', freshSeconds: 3 });
    expect(seen({ etag: '"2"' }, before)).toMatchObject({ etag: '"2"', freshSeconds: 6 });
  });
});
