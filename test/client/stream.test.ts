import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EVENT_LENGTH } from "../../src/inference/protocol/sse.ts";
import {
  caption,
  eventStream,
  fakeApi,
  type FakeHandler,
  fine,
  lost,
  problem,
  streaming,
} from "../support/fake-api.ts";

const image = Uint8Array.of(1);
const events = [
  { type: "delta", text: "a " },
  { type: "delta", text: "trück" },
  { type: "done", answer: caption },
];
const details = await problem(
  "backend-failed",
  502,
  true,
)({
  method: "",
  path: "",
  headers: new Headers(),
  body: image,
  signal: null,
});
const failing = { type: "error", problem: await details.json() };

async function read(stream: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const given: unknown[] = [];
  for await (const event of stream) given.push(event);
  return given;
}

/** Creates a body of these chunks, which then ends, fails, or never ends. */
function chunkedBody(
  chunks: readonly Uint8Array[],
  end: "closes" | "breaks" | "hangs",
  onCancel = () => {},
): ReadableStream {
  const rest = [...chunks];
  return new ReadableStream({
    cancel: onCancel,
    pull: (controller) => {
      const next = rest.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (end === "closes") controller.close();
      else if (end === "breaks") controller.error(new TypeError("terminated"));
      else return new Promise(() => {});
      return undefined;
    },
  });
}

const encoded = new TextEncoder().encode(eventStream(events));

describe("a stream", () => {
  it("can be iterated at once, or after its promise has resolved", async () => {
    const { florence, seen } = fakeApi([streaming(encoded)]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
    expect(await read(await florence.caption(image, { stream: true }))).toEqual(events);
    const { data, response } = await florence.caption(image, { stream: true }).withResponse();
    expect([await read(data), response.status]).toEqual([events, 200]);
    expect(seen.map(({ path }) => path)).toEqual(Array.from({ length: 3 }, () => "/v1/caption?stream=true"));
  });

  it("may arrive in any chunks, with comments between events", async () => {
    const cuts = fc.uniqueArray(fc.nat({ max: encoded.length }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const ends = [...at.toSorted((one, other) => one - other), encoded.length];
        const chunks = ends.map((end, index) => encoded.slice(ends[index - 1] ?? 0, end));
        const heartbeat = new TextEncoder().encode(": still here\n\n");
        const { florence } = fakeApi([streaming(chunkedBody([heartbeat, ...chunks], "hangs"))]);
        expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
      }),
    );
  });

  it.each<[string, FakeHandler]>([
    ["a lost connection", lost],
    ["a problem", problem("overloaded", 503, true)],
    ["an end without an event", streaming("")],
    ["a connection lost before the first event", streaming(chunkedBody([new Uint8Array()], "breaks"))],
    ["an error as its first event", streaming(eventStream([failing]))],
  ])("is retried after %s", async (_, answer) => {
    const { florence, seen } = fakeApi([answer, streaming(encoded)]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
    expect(seen).toHaveLength(2);
  });

  it.each<[string, string, BodyInit]>([
    ["a problem", "backend-failed", eventStream([...events.slice(0, 1), failing])],
    ["a lost connection", "connection-failed", chunkedBody([encoded.slice(0, 60)], "breaks")],
    ["an early end", "connection-failed", eventStream(events.slice(0, 2))],
    ["an invalid event", "invalid-response", `${eventStream(events.slice(0, 1))}data: 1\n\n`],
    ["an error without a problem", "invalid-response", eventStream([...events.slice(0, 1), { type: "error" }])],
    ["an incomplete event", "invalid-response", `${eventStream(events.slice(0, 1))}data: {"typ`],
  ])("that has started ends with %s, and is not retried", async (_, code, body) => {
    const { florence, seen } = fakeApi([streaming(body), fine]);
    const given: unknown[] = [];
    const reading = (async () => {
      for await (const event of florence.caption(image, { stream: true })) given.push(event);
    })();
    await expect(reading).rejects.toMatchObject({ code });
    expect([given, seen.length]).toEqual([events.slice(0, given.length), 1]);
    expect(given.length).toBeGreaterThan(0);
  });

  it("may end with an answer as large as without a stream", async () => {
    const done = { type: "done", answer: { ...caption, text: "x".repeat(2 * MAX_EVENT_LENGTH) } };
    const { florence } = fakeApi([streaming(eventStream([done]))]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual([done]);
  });

  it("rejects if the server does not stream", async () => {
    const { florence } = fakeApi([fine]);
    await expect(florence.caption(image, { stream: true })).rejects.toMatchObject({ code: "invalid-response" });
  });

  it("closes the connection if it is not read to its end", async () => {
    const cancelled = Promise.withResolvers<string>();
    const { florence } = fakeApi([
      streaming(chunkedBody([encoded.slice(0, 60)], "hangs", () => cancelled.resolve("let go"))),
    ]);
    for await (const event of florence.caption(image, { stream: true })) {
      expect(event).toEqual(events[0]);
      break;
    }
    expect(await cancelled.promise).toBe("let go");
  });

  it("ends with the caller's signal", async () => {
    const caller = new AbortController();
    const { florence } = fakeApi([streaming(chunkedBody([encoded.slice(0, 60)], "hangs"))]);
    const reading = (async () => {
      for await (const _ of florence.caption(image, { stream: true, signal: caller.signal })) caller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "aborted" });
  });
});
