import { describe, expect, it } from "vitest";
import type { ImageFetchOptions } from "../../src/image/fetch-image.ts";
import { bytes, fetchOver, problem, start } from "../support/image-servers.ts";

/** A response with a body of these chunks. */
function streamed(chunks: readonly Uint8Array[], headers: Record<string, string> = {}): Response {
  const body = new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Response(body, { headers });
}

/** A response whose body fails after one chunk. */
function broken(): Response {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.error(new TypeError("Network connection lost."));
    },
  });
  return new Response(body);
}

/** A response whose body stalls after one chunk. */
function stalled(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(bytes) }));
}

describe("the fetched body", () => {
  it("is the concatenation of its chunks, and may be empty", async () => {
    expect(await fetchOver({ [start]: () => streamed([bytes, new Uint8Array(), bytes]) }).get()).toEqual(
      Uint8Array.of(1, 2, 3, 1, 2, 3),
    );
    expect(await fetchOver({ [start]: () => new Response(null) }).get()).toEqual(new Uint8Array());
  });

  it("has at most as many bytes as the limit", async () => {
    expect((await fetchOver({ [start]: () => streamed([new Uint8Array(10)]) }).get()).length).toBe(10);
    await expect(fetchOver({ [start]: () => streamed([new Uint8Array(10), new Uint8Array(1)]) }).get()).rejects.toThrow(
      problem("body-too-large"),
    );
  });

  it("is refused unread if its declared length is above the limit", async () => {
    const { get } = fetchOver({ [start]: () => streamed([bytes], { "content-length": "11" }) });
    await expect(get()).rejects.toThrow(problem("body-too-large"));
  });

  it("is cancelled above the limit if it does not end", async () => {
    let isCancelled = false;
    const body = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(4)),
        cancel: () => {
          isCancelled = true;
        },
      });
    await expect(fetchOver({ [start]: () => new Response(body()) }).get()).rejects.toThrow(problem("body-too-large"));
    expect(isCancelled).toBe(true);
  });

  it("is reported as unreachable if it fails", async () => {
    const { get } = fetchOver({ [start]: broken });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });
});

describe("the wait", () => {
  const stalls = new Promise<Response>(() => {});
  const cases: readonly (readonly [string, Partial<ImageFetchOptions>])[] = [
    ["a server that never answers", { fetch: () => stalls }],
    ["a body that stalls", { fetch: async () => stalled() }],
    ["a resolver that never answers", { resolve: () => new Promise(() => {}) }],
  ];

  it.each(cases)("ends at the timeout, even if the signal is ignored: %s", async (_, changes) => {
    const { expire, get } = fetchOver({}, changes);
    const result = get();
    expire();
    await expect(result).rejects.toThrow(problem("image-url-timeout"));
  });

  it.each(cases)("ends when the caller cancels: %s", async (_, changes) => {
    const caller = new AbortController();
    const result = fetchOver({}, changes).get(start, caller.signal);
    caller.abort();
    await expect(result).rejects.toThrow(problem("request-cancelled"));
  });

  it("ends at once if the caller has already cancelled", async () => {
    const { get } = fetchOver({ [start]: () => new Response(bytes) });
    await expect(get(start, AbortSignal.abort())).rejects.toThrow(problem("request-cancelled"));
  });
});
