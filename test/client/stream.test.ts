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

/** A body that comes in these pieces, and then ends, breaks, or hangs. */
function pieces(parts: readonly Uint8Array[], end: "closes" | "breaks" | "hangs", onCancel = () => {}): ReadableStream {
  const rest = [...parts];
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
  it("is read at once, or after it has begun", async () => {
    const { florence, seen } = fakeApi([streaming(encoded)]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
    expect(await read(await florence.caption(image, { stream: true }))).toEqual(events);
    const { data, response } = await florence.caption(image, { stream: true }).withResponse();
    expect([await read(data), response.status]).toEqual([events, 200]);
    expect(seen.map(({ path }) => path)).toEqual(Array.from({ length: 3 }, () => "/v1/caption?stream=true"));
  });

  it("may come in any pieces, with comments between", async () => {
    const cuts = fc.uniqueArray(fc.nat({ max: encoded.length }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const ends = [...at.toSorted((one, other) => one - other), encoded.length];
        const parts = ends.map((end, index) => encoded.slice(ends[index - 1] ?? 0, end));
        const beats = new TextEncoder().encode(": still here\n\n");
        const { florence } = fakeApi([streaming(pieces([beats, ...parts], "hangs"))]);
        expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
      }),
    );
  });

  it.each<[string, FakeHandler]>([
    ["a lost connection", lost],
    ["a problem", problem("overloaded", 503, true)],
    ["an end without an event", streaming("")],
    ["a connection that breaks before the first event", streaming(pieces([new Uint8Array()], "breaks"))],
    ["an error as its first event", streaming(eventStream([failing]))],
  ])("is asked for again after %s", async (_, answer) => {
    const { florence, seen } = fakeApi([answer, streaming(encoded)]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual(events);
    expect(seen).toHaveLength(2);
  });

  it.each<[string, string, BodyInit]>([
    ["a problem", "backend-failed", eventStream([...events.slice(0, 1), failing])],
    ["a break", "connection-failed", pieces([encoded.slice(0, 60)], "breaks")],
    ["an end too soon", "connection-failed", eventStream(events.slice(0, 2))],
    ["an event that is none", "invalid-response", `${eventStream(events.slice(0, 1))}data: 1\n\n`],
    ["an error without a problem", "invalid-response", eventStream([...events.slice(0, 1), { type: "error" }])],
    ["an event cut off", "invalid-response", `${eventStream(events.slice(0, 1))}data: {"typ`],
  ])("that has begun ends with %s, and is not asked for again", async (_, code, body) => {
    const { florence, seen } = fakeApi([streaming(body), fine]);
    const given: unknown[] = [];
    const reading = (async () => {
      for await (const event of florence.caption(image, { stream: true })) given.push(event);
    })();
    await expect(reading).rejects.toMatchObject({ code });
    expect([given, seen.length]).toEqual([events.slice(0, given.length), 1]);
    expect(given.length).toBeGreaterThan(0);
  });

  it("may end with an answer as large as one without a stream", async () => {
    const done = { type: "done", answer: { ...caption, text: "x".repeat(2 * MAX_EVENT_LENGTH) } };
    const { florence } = fakeApi([streaming(eventStream([done]))]);
    expect(await read(florence.caption(image, { stream: true }))).toEqual([done]);
  });

  it("from a server that does not stream is no stream", async () => {
    const { florence } = fakeApi([fine]);
    await expect(florence.caption(image, { stream: true })).rejects.toMatchObject({ code: "invalid-response" });
  });

  it("that nobody reads to its end lets go of the connection", async () => {
    const let_ = Promise.withResolvers<string>();
    const { florence } = fakeApi([streaming(pieces([encoded.slice(0, 60)], "hangs", () => let_.resolve("let go")))]);
    for await (const event of florence.caption(image, { stream: true })) {
      expect(event).toEqual(events[0]);
      break;
    }
    expect(await let_.promise).toBe("let go");
  });

  it("ends with the caller's signal", async () => {
    const caller = new AbortController();
    const { florence } = fakeApi([streaming(pieces([encoded.slice(0, 60)], "hangs"))]);
    const reading = (async () => {
      for await (const _ of florence.caption(image, { stream: true, signal: caller.signal })) caller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "aborted" });
  });
});
