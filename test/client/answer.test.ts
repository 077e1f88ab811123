import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCacheStatus } from "../../src/client/cache-status.ts";
import { FlorenceError } from "../../src/client/florence.ts";
import type { CacheReport } from "../../src/contract/service.ts";
import { cacheStatus } from "../../src/http/cache-control.ts";
import { caption, fakeApi, fine, lost, problem } from "../support/fake-api.ts";

const image = Uint8Array.of(1);
const svg = () => new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } });

describe("an answer", () => {
  it("has its response, cache status and timings with withResponse", async () => {
    const headers = {
      "x-request-id": "r1",
      "cache-status": "florence-edge; hit, edge; fwd=miss",
      age: "7",
      "server-timing": "cache;dur=1.5, model;dur=20",
    };
    const { florence } = fakeApi([() => Response.json(caption, { headers })]);
    const { data, response, ...rest } = await florence.caption(image).withResponse();
    expect(data).toEqual(caption);
    expect(response.status).toBe(200);
    expect(rest).toEqual({
      requestId: "r1",
      cache: { hit: true, fwd: undefined, stored: false, collapsed: false, stale: false, age: 7 },
      timings: { cache: 1.5, model: 20 },
    });
  });

  it("has only its data if the server sends no further headers", async () => {
    const { data, requestId, cache, timings } = await fakeApi([fine]).florence.caption(image).withResponse();
    expect({ data, requestId, cache, timings }).toEqual({
      data: caption,
      requestId: undefined,
      cache: undefined,
      timings: {},
    });
  });

  it("is an ordinary promise, and sends one request", async () => {
    const { florence, seen } = fakeApi([fine]);
    const promise = florence.caption(image);
    const ended: string[] = [];
    const all = await Promise.all([
      promise,
      promise.then(({ text }) => text),
      promise.finally(() => ended.push("ended")),
    ]);
    expect([all, ended, (await promise.withResponse()).data]).toEqual([
      [caption, "a truck", caption],
      ["ended"],
      caption,
    ]);
    expect(promise).toBeInstanceOf(Promise);
    expect(seen).toHaveLength(1);
  });

  it("with an SVG overlay is the text of the file", async () => {
    expect(await fakeApi([svg]).florence.caption(image, { overlay: "svg" })).toBe("<svg/>");
  });
});

it("an answer with a PNG overlay is the bytes of the file", async () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0xff, 0);
  const png = () => new Response(bytes, { headers: { "content-type": "image/png" } });
  expect(await fakeApi([png]).florence.caption(image, { overlay: "png" })).toEqual(bytes);
});

describe("an error", () => {
  it("has the fields of the problem", async () => {
    const { florence } = fakeApi([problem("text-required", 400, false)]);
    const thrown: unknown = await florence.caption(image).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(FlorenceError);
    expect(thrown).toMatchObject({
      name: "FlorenceError",
      code: "text-required",
      status: 400,
      detail: "It is so.",
      fix: "Do so.",
      requestId: "r1",
      retryable: false,
      issues: [{ path: "text", message: "Send a text." }],
    });
  });

  it("is the same with withResponse", async () => {
    const { florence } = fakeApi([problem("text-required", 400, false)]);
    await expect(florence.caption(image).withResponse()).rejects.toMatchObject({ code: "text-required" });
  });

  it("of a redirect advises to change baseUrl", async () => {
    const { florence } = fakeApi([() => new Response(null, { status: 308, headers: { location: "https://b.test" } })]);
    const fix = expect.stringContaining("baseUrl");
    await expect(florence.health()).rejects.toMatchObject({ code: "invalid-response", status: 308, fix });
  });

  it("without a response has a fix", async () => {
    const { florence } = fakeApi([lost], { maxRetries: 0 });
    await expect(florence.health()).rejects.toMatchObject({
      code: "connection-failed",
      status: undefined,
      retryable: true,
      fix: expect.stringMatching(/./u),
      cause: expect.any(TypeError),
    });
  });
});

describe("Cache-Status", () => {
  const report: fc.Arbitrary<CacheReport> = fc.record({
    hit: fc.boolean(),
    fwd: fc.constantFrom("miss", "stale", "request", undefined),
    stored: fc.boolean(),
    collapsed: fc.boolean(),
    stale: fc.boolean(),
    age: fc.nat(),
  });

  it("is parsed as the server formats it, also with members of other caches", () => {
    fc.assert(
      fc.property(report, fc.boolean(), (given, hasOtherCache) => {
        const own = cacheStatus(given);
        const headers = new Headers({
          "cache-status": hasOtherCache ? `${own}, "proxy, with; commas"; fwd=uri-miss` : own,
          age: String(given.age),
        });
        expect(parseCacheStatus(headers)).toEqual(given);
      }),
    );
  });
});
