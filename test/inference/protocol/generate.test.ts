import { describe, expect, it } from "vitest";
import { collect, events, fakeServer } from "../../support/protocol-backend.ts";
import type { Answer } from "../../support/protocol-backend.ts";
import { utf8 } from "../../support/protocol-tensors.ts";

const path = "/v2/models/m/generate_stream";
const eventStream = { headers: { "Content-Type": "text/event-stream" } };
const frame = (token: string) => ({ text_output: token });
const failed = (kind: string) => expect.objectContaining({ kind });

/** A stream of these frames that then fails, or never ends. */
function broken(frames: readonly object[], end: "error" | "hang"): Response {
  const chunks = frames.map((each) => utf8(`data: ${JSON.stringify(each)}\n\n`));
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (end === "error") controller.error(new TypeError("terminated"));
      return chunk === undefined && end === "hang" ? new Promise(() => {}) : undefined;
    },
  });
  return new Response(body, eventStream);
}

const ask = (answer: Answer, options: Parameters<typeof fakeServer>[1] = {}) => {
  const { client, seen, clock } = fakeServer({ [path]: answer }, options);
  const stream = client.generateStream("m", { text_input: "a", parameters: { priority: 1 } }, { deadlineMs: 6000 });
  return { client, seen, clock, stream };
};

const truncated = () => broken([frame("a")], "error");
const complete = () => events("{}");
const errorEvent = () => events('{"error":"full"}');

describe("generateStream", () => {
  it("yields the frames and sends the remaining time until the deadline", async () => {
    const { stream, seen } = ask(() => events(JSON.stringify(frame("a")), JSON.stringify(frame("b"))));
    expect(await collect(stream)).toEqual([frame("a"), frame("b")]);
    const [{ headers, body } = { headers: new Headers(), body: new Uint8Array() }] = seen;
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      text_input: "a",
      parameters: { priority: 1, timeout: 6_000_000 },
    });
    expect(headers.get("Content-Type")).toBe("application/json");
    expect(headers.get("Accept")).toBe("text/event-stream");
  });

  it("ends at [DONE], and accepts a stream without frames", async () => {
    expect(await collect(ask(() => events("{}", "[DONE]", "{}")).stream)).toEqual([{}]);
    expect(await collect(ask(() => events()).stream)).toEqual([]);
  });

  it("treats a null error as no error", async () => {
    expect(await collect(ask(() => events('{"error":null}')).stream)).toEqual([{ error: null }]);
  });

  it.each<[string, string, object]>([
    ["an error with a code", '{"error":"full","code":"overloaded"}', { kind: "stream-error", code: "overloaded" }],
    ["an error object", '{"error":{"message":"full","code":"x"}}', { kind: "stream-error", code: "x" }],
    ["data that is not JSON", "hello", { kind: "malformed" }],
    ["JSON that is not an object", "[1]", { kind: "malformed" }],
  ])("fails with %s, after the frames before it and without a retry", async (_, data, expected) => {
    const { stream, seen } = ask(() => events('{"text_output":"a"}', data));
    expect(await collect(stream)).toEqual([frame("a"), expect.objectContaining(expected)]);
    expect(seen).toHaveLength(1);
  });

  it("is not retried after a frame was yielded", async () => {
    const { stream, seen } = ask(() => broken([frame("a")], "error"));
    expect(await collect(stream)).toEqual([frame("a"), failed("unreachable")]);
    expect(seen).toHaveLength(1);
  });

  it("is retried until the first frame", async () => {
    const answers: readonly Answer[] = [
      () => new Response("", { status: 503 }),
      () => broken([], "error"),
      () => events("{}"),
    ];
    const { stream, seen, clock } = ask((request, index) => answers[index]?.(request, index) ?? events());
    expect(await collect(stream)).toEqual([{}]);
    expect(seen).toHaveLength(3);
    expect(clock.slept).toEqual([50, 100]);
  });

  it.each<[string, Answer, string]>([
    ["an error status", () => Response.json({ error: "bad" }, { status: 400 }), "refused"],
    ["a reply that is not a stream", () => Response.json({ text_output: "a" }), "malformed"],
    ["a reply without a Content-Type", () => new Response(new Blob(["data: {}\n\n"])), "malformed"],
    ["a stream that is truncated inside an event", () => new Response("data: {}", eventStream), "malformed"],
  ])("fails with %s", async (_, answer, kind) => {
    expect(await collect(ask(answer).stream)).toEqual([failed(kind)]);
  });

  it("sends nothing for a request that JSON cannot represent", async () => {
    const { client, seen } = fakeServer({});
    expect(await collect(client.generateStream("m", { seed: 1n }))).toEqual([failed("invalid-request")]);
    expect(await collect(client.generateStream("..", {}))).toEqual([failed("invalid-request")]);
    expect(seen).toEqual([]);
  });

  it("ends between two frames when the caller cancels", async () => {
    const caller = new AbortController();
    const { client } = fakeServer({ [path]: () => broken([frame("a")], "hang") });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const each of client.generateStream("m", {}, { signal: caller.signal })) {
        seen.push(each);
        caller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: "cancelled" });
    expect(seen).toEqual([frame("a")]);
  });

  it("closes the connection when the caller stops reading", async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8("data: {}\n\n")),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const each of ask(() => new Response(body, eventStream)).stream) {
      expect(each).toEqual({});
      break;
    }
    expect(isCancelled).toBe(true);
  });

  it.each<[string, readonly (() => Response)[], unknown]>([
    ["fails twice opens it", [truncated, truncated, complete], failed("circuit-open")],
    ["fails, but not twice in a row, does not", [truncated, complete, truncated, complete], {}],
    ["sends error events does not", [errorEvent, errorEvent, complete], {}],
  ])("reports its outcome to the circuit: a stream that %s", async (_, answers, last) => {
    const { client } = ask((__, index) => answers[index]?.() ?? truncated(), { breaker: { failures: 2 } });
    const outcomes = [];
    for (const __ of answers) outcomes.push((await collect(client.generateStream("m", {}))).at(-1));
    expect(outcomes.at(-1)).toEqual(last);
  });
});
