import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { PREFLIGHT_SECONDS } from "../../src/http/cross-origin.ts";
import { fakeApp } from "../support/fake-service.ts";

const origin = "https://page.example";
const image = { method: "POST", body: "x", headers: { "content-type": "image/png", origin } };

/** The preflight that a browser sends for a request with this method and these headers. */
function preflight(method: string, headers: string) {
  return {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
  };
}

/** A header's names, in lower case. */
function names(headers: Headers, name: string): readonly string[] {
  return (headers.get(name) ?? "").split(",").map((each) => each.trim().toLowerCase());
}

describe("a page of another origin", () => {
  it("may send all headers that the API reads, and cache the preflight for a day", async () => {
    const { app } = fakeApp();
    const { status, headers } = await app.request("/v1/caption", preflight("POST", "content-type,traceparent"));
    expect([status, headers.get("access-control-allow-origin"), headers.get("access-control-max-age")]).toEqual([
      204,
      "*",
      String(PREFLIGHT_SECONDS),
    ]);
    expect(names(headers, "access-control-allow-methods")).toEqual(["get", "head", "post", "put", "delete"]);
    const read = [
      "authorization",
      "cache-control",
      "content-encoding",
      "content-type",
      "idempotency-key",
      "if-none-match",
      "prefer",
      "traceparent",
      "x-request-id",
      "*",
    ];
    expect(names(headers, "access-control-allow-headers")).toEqual(read);
    expect(headers.get("allow")).toBe("POST, OPTIONS");
  });

  it("may send a request to an unknown path, to read the problem", async () => {
    const { app } = fakeApp();
    expect((await app.request("/v1/vqa", preflight("POST", "content-type"))).status).toBe(204);
    expect((await app.request("/v1/vqa", { method: "OPTIONS" })).status).toBe(404);
  });

  it("is never allowed to send cookies", async () => {
    const { app } = fakeApp();
    for (const request of [preflight("POST", "content-type"), image]) {
      const { headers } = await app.request("/v1/caption", request);
      expect(headers.has("access-control-allow-credentials")).toBe(false);
    }
  });
});

describe("a page of another origin can read", () => {
  it.each([
    ["an answer", {}, "/v1/caption", 200],
    ["a 304 response", {}, "/v1/caption", 304],
    ["a problem", { answer: () => Promise.reject(new Problem("overloaded", "Full.")) }, "/v1/caption", 503],
    ["a bug", { answer: () => Promise.reject(new TypeError("bug")) }, "/v1/caption", 500],
    ["a not-found problem", {}, "/nothing", 404],
    ["a method-not-allowed problem", {}, "/v1/tasks", 405],
  ])("%s with its headers", async (_, service, path, status) => {
    const { app } = fakeApp(service);
    const ifNoneMatch = status === 304 ? { "if-none-match": "*" } : {};
    const response = await app.request(path, { ...image, headers: { ...image.headers, ...ifNoneMatch } });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
    expect(names(response.headers, "access-control-expose-headers")).toEqual(
      expect.arrayContaining(["x-request-id", "cache-status", "etag", "age", "server-timing", "retry-after"]),
    );
  });
});
