import { describe, expect, it } from "vitest";
import type { ImageFetchOptions } from "../../src/image/fetch-image.ts";
import { bytes, fetchOver, problem, start } from "../support/image-servers.ts";

/** A body in pieces. */
function streamed(chunks: readonly Uint8Array[], headers: Record<string, string> = {}): Response {
  const body = new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Response(body, { headers });
}

/** A body that breaks off. */
function broken(): Response {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.error(new TypeError("Network connection lost."));
    },
  });
  return new Response(body);
}

/** A body that never ends, and gives no more. */
function stalled(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(bytes) }));
}

describe("what comes from an address", () => {
  it("is joined from its pieces, and may be nothing", async () => {
    expect(await fetchOver({ [start]: () => streamed([bytes, new Uint8Array(), bytes]) }).get()).toEqual(
      Uint8Array.of(1, 2, 3, 1, 2, 3),
    );
    expect(await fetchOver({ [start]: () => new Response(null) }).get()).toEqual(new Uint8Array());
  });

  it("may have as many bytes as the limit allows, and not one more", async () => {
    expect((await fetchOver({ [start]: () => streamed([new Uint8Array(10)]) }).get()).length).toBe(10);
    await expect(fetchOver({ [start]: () => streamed([new Uint8Array(10), new Uint8Array(1)]) }).get()).rejects.toThrow(
      problem("body-too-large"),
    );
  });

  it("is refused unread where its length is declared above the limit", async () => {
    const { get } = fetchOver({ [start]: () => streamed([bytes], { "content-length": "11" }) });
    await expect(get()).rejects.toThrow(problem("body-too-large"));
  });

  it("is let go of where it does not end", async () => {
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

  it("is unreachable where it breaks off", async () => {
    const { get } = fetchOver({ [start]: broken });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });
});

describe("the time", () => {
  const stalls = new Promise<Response>(() => {});
  const forms: readonly (readonly [string, Partial<ImageFetchOptions>])[] = [
    ["a server that never answers", { fetch: () => stalls }],
    ["a body that stalls", { fetch: async () => stalled() }],
    ["a resolver that never answers", { resolve: () => new Promise(() => {}) }],
  ];

  it.each(forms)("ends the wait for %s, though it takes no notice", async (_, changes) => {
    const { expire, get } = fetchOver({}, changes);
    const result = get();
    expire();
    await expect(result).rejects.toThrow(problem("image-url-timeout"));
  });

  it.each(forms)("is over where the caller leaves: %s", async (_, changes) => {
    const caller = new AbortController();
    const result = fetchOver({}, changes).get(start, caller.signal);
    caller.abort();
    await expect(result).rejects.toThrow(problem("request-cancelled"));
  });

  it("is over before it has begun where the caller has left", async () => {
    const { get } = fetchOver({ [start]: () => new Response(bytes) });
    await expect(get(start, AbortSignal.abort())).rejects.toThrow(problem("request-cancelled"));
  });
});
