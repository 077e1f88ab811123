import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormattedAnswer } from "../../src/contract/answers.ts";
import type { AnswerEvent } from "../../src/contract/stream-events.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { bundle } from "../../tools/bundle.ts";
import { type Build, root, type Server, serve } from "../../tools/serve.ts";
import { catReply, describedPaths, inferPath, streamPath } from "../support/cat-backend.ts";
import { type Behaviour, headOf, hostileServer, respond, withServer } from "../support/hostile-backend.ts";
import { blocksIn, SHOWN_ORIGIN } from "../../tools/docs/page-examples.ts";
import { eventsIn } from "../support/streams.ts";

/** The time limit of one answer of the remote backend. */
const TIMEOUT_MS = 3000;

/** The time limit for an immediate reaction on a busy machine. */
const SOON_MS = 5000;

let build: Build;
let image: Uint8Array<ArrayBuffer> = new Uint8Array();
let embedded: Server | undefined;
beforeAll(async () => {
  build = await bundle();
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  embedded = await serve(build, { port: 0 });
}, 60_000);
afterAll(() => embedded?.stop());

/** The headers of a request that bypasses the cache, and of a request that uses it. */
const uncached = { "content-type": "image/jpeg", "cache-control": "no-store" };
const cached = { "content-type": "image/jpeg" };

function send(url: URL | undefined, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, url), { method: "POST", headers: uncached, body: image, ...init });
}

/** Reads a stream to its end and returns the text of each chunk. */
async function chunksOf(response: Response): Promise<readonly string[]> {
  const decoder = new TextDecoder();
  const chunks: string[] = [];
  for await (const chunk of response.body ?? []) chunks.push(decoder.decode(chunk, { stream: true }));
  return chunks;
}

/** Reads only the first chunk of a stream. */
async function firstChunkOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  reader?.releaseLock();
  return new TextDecoder().decode(first?.value);
}

/** Combines the events before the last one: returns the concatenated text, or the objects. */
function combined(events: readonly AnswerEvent[]): unknown {
  const objects = events.flatMap((event) => (event.type === "object" ? [event.object] : []));
  const done = events.at(-1);
  if (done?.type === "done" && done.answer.type !== "text") return objects;
  return events.flatMap((event) => (event.type === "delta" ? [event.text] : [])).join("");
}

/** The parameters of a task besides the image, by kind of input. */
const inputs = {
  none: {},
  text: { text: "a truck" },
  labels: { labels: "truck" },
  region: { region: "170,0,360,170" },
} as const;

describe("the model in the isolate", () => {
  it.each([
    ["object-detection", "object"],
    ["more-detailed-caption", "delta"],
  ])("streams %s, with the first event while generation is in progress", async (task, type) => {
    const whole = FormattedAnswer.parse(await (await send(embedded?.url, `/v1/${task}`)).json());
    const chunks = await chunksOf(await send(embedded?.url, `/v1/${task}?stream=true`));
    expect(eventsIn(chunks[0] ?? "")[0]?.type).toBe(type);
    expect(chunks[0]).not.toContain("event: done");
    expect(chunks.length).toBeGreaterThan(2);
    const events = eventsIn(chunks.join(""));
    expect(events.at(-1)).toEqual({ type: "done", answer: whole });
    expect(combined(events)).toEqual(whole.type === "text" ? whole.text : whole.objects);
  });

  it.each(Object.entries(tasks))(
    "streams the same answer for %s as it returns without a stream",
    async (task, { input }) => {
      const query = new URLSearchParams(inputs[input]).toString();
      const stream = await send(embedded?.url, `/v1/${task}?stream=true&${query}`, { headers: cached });
      const events = eventsIn(await stream.text());
      const whole = await send(embedded?.url, `/v1/${task}?${query}`, { headers: cached });
      expect(whole.headers.get("cache-status")).toBe("florence-edge; hit");
      const answer = FormattedAnswer.parse(await whole.json());
      expect(events.at(-1)).toEqual({ type: "done", answer });
      expect(combined(events)).toEqual(answer.type === "text" ? answer.text : answer.objects);
    },
  );

  it("serves the next request at once when a reader disconnects during an answer", async () => {
    const caller = new AbortController();
    await firstChunkOf(await send(embedded?.url, "/v1/more-detailed-caption?stream=true", { signal: caller.signal }));
    caller.abort();
    const began = performance.now();
    expect((await send(embedded?.url, "/v1/ocr")).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(SOON_MS);
  });
});

it("the page on streams shows the actual events", async () => {
  const [example, events] = blocksIn(await readFile(join(root, "docs/how-to/stream-an-answer.md"), "utf8"));
  const command = (example?.text ?? "").replaceAll(SHOWN_ORIGIN, embedded?.url.origin ?? "");
  const { stdout } = await promisify(execFile)("bash", ["-ec", command], { cwd: root });
  expect(eventsIn(stdout)).toEqual(eventsIn(`${events?.text ?? ""}\n`));
});

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const token = (text: string) => frame({ index: 0, text_output: text, token_ids: [7], token_logprobs: [-1] });
const end = (text: string, count: number) =>
  frame({ index: 0, text_output: "", text, token_count: count, prompt_token_count: 5, finish_reason: "stop" });

/** Starts an event stream with `text`, and then calls `then`. */
function streaming(text: string, then: (socket: Socket) => void = (socket) => socket.end()): Behaviour {
  return (socket) => {
    socket.write(headOf("200 OK", ["Content-Type: text/event-stream", "Connection: close"]) + text, () => then(socket));
  };
}

let behaviour: Behaviour = streaming("");
let remote: URL | undefined;
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();

/** Runs the API with a remote backend until `stop` resolves: `behaviour` answers stream requests, and every other answer is "a cat". */
async function servingRemote(started: (url: URL) => void): Promise<void> {
  const backend = hostileServer({
    ...describedPaths,
    [inferPath]: catReply,
    [streamPath]: (...given) => behaviour(...given),
  });
  await withServer(backend, async (port) => {
    const address = `http://127.0.0.1:${port}`;
    const variables = { PLACEMENT: "remote", BACKEND_URL: address, BACKEND_TIMEOUT_MS: String(TIMEOUT_MS) };
    const api = await serve(build, { port: 0, variables });
    started(api.url);
    await stop.promise;
    await api.stop();
  });
}

describe("a remote backend", () => {
  beforeAll(async () => {
    const started = Promise.withResolvers<URL>();
    ended = servingRemote(started.resolve);
    remote = await Promise.race([started.promise, ended.then(() => undefined)]);
  });
  afterAll(async () => {
    stop.resolve();
    await ended;
  });

  it("is streamed through: the first event arrives before the backend ends its stream", async () => {
    const proceed = Promise.withResolvers<void>();
    behaviour = streaming(token("<s>") + token("a cat"), (socket) => {
      void proceed.promise.then(() => socket.end(token(" sleeps") + end("<s>a cat sleeps</s>", 3)));
    });
    const response = await send(remote, "/v1/caption?stream=true");
    const first = await firstChunkOf(response);
    proceed.resolve();
    const chunks = [first, ...(await chunksOf(response))];
    expect(eventsIn(first)).toEqual([{ type: "delta", text: "a cat" }]);
    expect(eventsIn(chunks.join(""))).toMatchObject([
      { type: "delta", text: "a cat" },
      { type: "delta", text: " sleeps" },
      { type: "done", answer: { text: "a cat sleeps", usage: { prompt_tokens: 5, completion_tokens: 3 } } },
    ]);
  });

  it("that fails before its first token is reported as a problem with a status", async () => {
    behaviour = respond("422 Unprocessable", '{"error":"cut off","code":"image-corrupt"}');
    const response = await send(remote, "/v1/caption?stream=true");
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
  });

  it.each<[string, Behaviour, string]>([
    ["breaks off", streaming(token("a cat")), "backend-failed"],
    ["sends an error", streaming(token("a cat") + frame({ error: "lost" })), "backend-failed"],
    ["stalls", streaming(token("a cat"), () => {}), "backend-timeout"],
  ])("that %s during its answer ends the stream with an error event", async (_, fault, code) => {
    behaviour = fault;
    const text = await (await send(remote, "/v1/caption?stream=true")).text();
    expect(eventsIn(text)).toMatchObject([
      { type: "delta", text: "a cat" },
      { type: "error", problem: { code } },
    ]);
  });

  it("is disconnected when the reader leaves, and a waiter for the same answer sends its own request", async () => {
    const closed = Promise.withResolvers<number>();
    behaviour = streaming(token("a dog"), (socket) => {
      const timer = setInterval(() => socket.write(token(" and")), 20);
      socket.on("close", () => {
        clearInterval(timer);
        closed.resolve(performance.now());
      });
    });
    const caller = new AbortController();
    await firstChunkOf(await send(remote, "/v1/caption?stream=true", { signal: caller.signal, headers: cached }));
    const waiting = send(remote, "/v1/caption", { headers: cached });
    // The second request must arrive while the first one is the leader.
    await setTimeout(100);
    const left = performance.now();
    caller.abort();
    expect((await closed.promise) - left).toBeLessThan(TIMEOUT_MS / 2);
    expect(await (await waiting).json()).toMatchObject({ text: "a cat" });
  });
});
