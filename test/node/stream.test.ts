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
import { root, type Server, serve } from "../../tools/serve.ts";
import { catReply, describedPaths, inferPath, streamPath } from "../support/cat-backend.ts";
import { type Behaviour, headOf, hostileServer, respond, withServer } from "../support/hostile-backend.ts";
import { blocksIn, SHOWN_ORIGIN } from "../../tools/docs/page-examples.ts";
import { eventsIn } from "../support/streams.ts";

/** What one answer may take at the backend elsewhere. */
const TIMEOUT_MS = 3000;

/** How long what should happen at once may take on a busy machine. */
const SOON_MS = 5000;

let modules: Awaited<ReturnType<typeof bundle>> = [];
let picture: Uint8Array<ArrayBuffer> = new Uint8Array();
let embedded: Server | undefined;
beforeAll(async () => {
  modules = await bundle();
  picture = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  embedded = await serve(modules, { port: 0 });
}, 60_000);
afterAll(() => embedded?.stop());

/** What is neither looked up nor kept, and what is. */
const unkept = { "content-type": "image/jpeg", "cache-control": "no-store" };
const kept = { "content-type": "image/jpeg" };

function ask(url: URL | undefined, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, url), { method: "POST", headers: unkept, body: picture, ...init });
}

/** What comes of a stream, read by read. */
async function readsOf(response: Response): Promise<readonly string[]> {
  const decoder = new TextDecoder();
  const reads: string[] = [];
  for await (const chunk of response.body ?? []) reads.push(decoder.decode(chunk, { stream: true }));
  return reads;
}

/** The first stretch of a stream, which goes on. */
async function firstOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  reader?.releaseLock();
  return new TextDecoder().decode(first?.value);
}

/** What the events before the last add up to: a text, or the objects. */
function sumOf(events: readonly AnswerEvent[]): unknown {
  const objects = events.flatMap((event) => (event.type === "object" ? [event.object] : []));
  const done = events.at(-1);
  if (done?.type === "done" && done.answer.type !== "text") return objects;
  return events.flatMap((event) => (event.type === "delta" ? [event.text] : [])).join("");
}

/** What tasks take beside the picture. */
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
  ])("streams %s: the first comes while the rest is still written", async (task, type) => {
    const whole = FormattedAnswer.parse(await (await ask(embedded?.url, `/v1/${task}`)).json());
    const reads = await readsOf(await ask(embedded?.url, `/v1/${task}?stream=true`));
    expect(eventsIn(reads[0] ?? "")[0]?.type).toBe(type);
    expect(reads[0]).not.toContain("event: done");
    expect(reads.length).toBeGreaterThan(2);
    const events = eventsIn(reads.join(""));
    expect(events.at(-1)).toEqual({ type: "done", answer: whole });
    expect(sumOf(events)).toEqual(whole.type === "text" ? whole.text : whole.objects);
  });

  it.each(Object.entries(tasks))("tells of %s what it answers without a stream", async (task, { input }) => {
    const query = new URLSearchParams(inputs[input]).toString();
    const stream = await ask(embedded?.url, `/v1/${task}?stream=true&${query}`, { headers: kept });
    const events = eventsIn(await stream.text());
    const whole = await ask(embedded?.url, `/v1/${task}?${query}`, { headers: kept });
    expect(whole.headers.get("cache-status")).toBe("florence-edge; hit");
    const answer = FormattedAnswer.parse(await whole.json());
    expect(events.at(-1)).toEqual({ type: "done", answer });
    expect(sumOf(events)).toEqual(answer.type === "text" ? answer.text : answer.objects);
  });

  it("is free for the next when a reader leaves within an answer", async () => {
    const caller = new AbortController();
    await firstOf(await ask(embedded?.url, "/v1/more-detailed-caption?stream=true", { signal: caller.signal }));
    caller.abort();
    const began = performance.now();
    expect((await ask(embedded?.url, "/v1/ocr")).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(SOON_MS);
  });
});

it("the page on streams tells what is answered", async () => {
  const [example, events] = blocksIn(await readFile(join(root, "docs/how-to/stream-an-answer.md"), "utf8"));
  const command = (example?.text ?? "").replaceAll(SHOWN_ORIGIN, embedded?.url.origin ?? "");
  const { stdout } = await promisify(execFile)("bash", ["-ec", command], { cwd: root });
  expect(eventsIn(stdout)).toEqual(eventsIn(`${events?.text ?? ""}\n`));
});

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const token = (text: string) => frame({ index: 0, text_output: text, token_ids: [7], token_logprobs: [-1] });
const end = (text: string, count: number) =>
  frame({ index: 0, text_output: "", text, token_count: count, prompt_token_count: 5, finish_reason: "stop" });

/** A backend's stream that begins so; `then` is what it does next. */
function streaming(text: string, then: (socket: Socket) => void = (socket) => socket.end()): Behaviour {
  return (socket) => {
    socket.write(headOf("200 OK", ["Content-Type: text/event-stream", "Connection: close"]) + text, () => then(socket));
  };
}

let behaviour: Behaviour = streaming("");
let remote: URL | undefined;
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();

/** The API before a backend that does what `behaviour` says when it is asked for a stream, and else answers "a cat". */
async function servingRemote(started: (url: URL) => void): Promise<void> {
  const backend = hostileServer({
    ...describedPaths,
    [inferPath]: catReply,
    [streamPath]: (...given) => behaviour(...given),
  });
  await withServer(backend, async (port) => {
    const address = `http://127.0.0.1:${port}`;
    const variables = { PLACEMENT: "remote", BACKEND_URL: address, BACKEND_TIMEOUT_MS: String(TIMEOUT_MS) };
    const api = await serve(modules, { port: 0, variables });
    started(api.url);
    await stop.promise;
    await api.stop();
  });
}

describe("a backend elsewhere", () => {
  beforeAll(async () => {
    const started = Promise.withResolvers<URL>();
    ended = servingRemote(started.resolve);
    remote = await Promise.race([started.promise, ended.then(() => undefined)]);
  });
  afterAll(async () => {
    stop.resolve();
    await ended;
  });

  it("streams through: what it has not yet ended is told", async () => {
    const goOn = Promise.withResolvers<void>();
    behaviour = streaming(token("<s>") + token("a cat"), (socket) => {
      void goOn.promise.then(() => socket.end(token(" sleeps") + end("<s>a cat sleeps</s>", 3)));
    });
    const response = await ask(remote, "/v1/caption?stream=true");
    const first = await firstOf(response);
    goOn.resolve();
    const reads = [first, ...(await readsOf(response))];
    expect(eventsIn(first)).toEqual([{ type: "delta", text: "a cat" }]);
    expect(eventsIn(reads.join(""))).toMatchObject([
      { type: "delta", text: "a cat" },
      { type: "delta", text: " sleeps" },
      { type: "done", answer: { text: "a cat sleeps", usage: { prompt_tokens: 5, completion_tokens: 3 } } },
    ]);
  });

  it("that fails before its first token is a problem with a status", async () => {
    behaviour = respond("422 Unprocessable", '{"error":"cut off","code":"image-corrupt"}');
    const response = await ask(remote, "/v1/caption?stream=true");
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
  });

  it.each<[string, Behaviour, string]>([
    ["breaks off", streaming(token("a cat")), "backend-failed"],
    ["tells an error", streaming(token("a cat") + frame({ error: "lost" })), "backend-failed"],
    ["falls silent", streaming(token("a cat"), () => {}), "backend-timeout"],
  ])("that %s within its answer ends the stream with an error", async (_, fault, code) => {
    behaviour = fault;
    const text = await (await ask(remote, "/v1/caption?stream=true")).text();
    expect(eventsIn(text)).toMatchObject([
      { type: "delta", text: "a cat" },
      { type: "error", problem: { code } },
    ]);
  });

  it("is let go of when the reader leaves, and who waited for the same asks for itself", async () => {
    const closed = Promise.withResolvers<number>();
    behaviour = streaming(token("a dog"), (socket) => {
      const timer = setInterval(() => socket.write(token(" and")), 20);
      socket.on("close", () => {
        clearInterval(timer);
        closed.resolve(performance.now());
      });
    });
    const caller = new AbortController();
    await firstOf(await ask(remote, "/v1/caption?stream=true", { signal: caller.signal, headers: kept }));
    const waiting = ask(remote, "/v1/caption", { headers: kept });
    // It is to have come while the other still leads.
    await setTimeout(100);
    const left = performance.now();
    caller.abort();
    expect((await closed.promise) - left).toBeLessThan(TIMEOUT_MS / 2);
    expect(await (await waiting).json()).toMatchObject({ text: "a cat" });
  });
});
