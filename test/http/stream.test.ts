import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { Service } from "../../src/contract/service.ts";
import { cacheMiss, fakeAnswer, fakeApp } from "../support/fake-service.ts";
import { eventsIn } from "../support/streams.ts";

const image = { method: "POST", body: "x", headers: { "content-type": "image/png" } };

/** The response to a request for a stream, and the logged problems. */
async function stream(service: Partial<Service> = {}, init: RequestInit = image, query = "?stream=true") {
  const { app, logged } = fakeApp(service);
  const response = await app.request(`/v1/caption${query}`, init);
  return { response, logged };
}

const form = new FormData();
form.append("image", new Blob(["x"]), "x.png");
form.append("stream", "true");
const json = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ image: "QUJD", stream: true }),
};

describe("stream=true", () => {
  it.each<[string, RequestInit, string]>([
    ["the query", image, "?stream=true"],
    ["JSON", json, ""],
    ["a form", { method: "POST", body: form }, ""],
  ])("is taken from %s", async (_, init, query) => {
    const { response } = await stream({}, init, query);
    expect(eventsIn(await response.text())).toEqual([
      { type: "delta", text: "a cat" },
      { type: "done", answer: fakeAnswer },
    ]);
  });

  it("has the headers of a stream that is not cached", async () => {
    const { response } = await stream();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "cache-status": "florence-edge; fwd=miss; stored",
      "x-accel-buffering": "no",
      "x-request-id": "request-1",
    });
    expect(["etag", "server-timing", "age"].filter((name) => response.headers.has(name))).toEqual([]);
  });

  it("has the age of a cached answer", async () => {
    const cache = { ...cacheMiss, hit: true, fwd: undefined, stored: false, age: 9 };
    const { response } = await stream({
      stream: async (_request, _call, emit) => emit({ type: "done", answer: fakeAnswer }, cache),
    });
    expect([response.headers.get("cache-status"), response.headers.get("age")]).toEqual(["florence-edge; hit", "9"]);
  });

  it("responds with a problem if it fails before the first event", async () => {
    const { response, logged } = await stream({ stream: () => Promise.reject(new Problem("backend-failed", "broke")) });
    expect(response.status).toBe(502);
    expect(ProblemDetails.parse(await response.json()).code).toBe("backend-failed");
    expect(logged).toHaveLength(1);
  });

  it("ends with an error event if it fails later, and logs the problem", async () => {
    const { response, logged } = await stream({
      stream: async (_request, _call, emit) => {
        emit({ type: "delta", text: "a" }, cacheMiss);
        throw new Error("secret");
      },
    });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).not.toContain("secret");
    expect(eventsIn(text)).toMatchObject([
      { type: "delta" },
      { type: "error", problem: { code: "internal", request_id: "request-1" } },
    ]);
    expect(logged).toHaveLength(1);
  });

  it("aborts the service's signal if the reader cancels", async () => {
    const signals: AbortSignal[] = [];
    const { response } = await stream({
      stream: (_request, { signal }, emit) => {
        signals.push(signal);
        emit({ type: "delta", text: "a" }, cacheMiss);
        return new Promise(() => {});
      },
    });
    await response.body?.cancel();
    expect(signals[0]?.aborted).toBe(true);
  });

  it.each([
    ["?stream=true&format=flat", "format"],
    ["?stream=true&format=raw", "format"],
    ["?stream=true&overlay=svg", "overlay"],
    ["?stream=true&compat=reference", "compat"],
    ["?stream=maybe", "stream"],
  ])("is rejected with options that have no stream: %s", async (query, path) => {
    const { response } = await stream({}, image, query);
    expect(ProblemDetails.parse(await response.json()).issues.map((issue) => issue.path)).toEqual([path]);
  });

  it.each(["?stream=true&format=json", "?stream=true&min_score=0.5&max_objects=2&box_format=xywh&include=svg_path"])(
    "is accepted with options that apply to each object: %s",
    async (query) => {
      const { response } = await stream({}, image, query);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      await response.body?.cancel();
    },
  );

  it.each(["", "?stream=false", "?stream=false&format=flat"])("is not the default: %j", async (query) => {
    const { response } = await stream({}, image, query);
    expect(await response.json()).toEqual(fakeAnswer);
  });
});
