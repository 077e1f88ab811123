import { encodeReply } from "../../src/inference/protocol/binary-extension.ts";
import { createInferenceClient } from "../../src/inference/protocol/client.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { InferenceClientOptions } from "../../src/inference/protocol/session.ts";
import type { Fetch } from "../../src/inference/protocol/transport.ts";
import { valueOf } from "./protocol-tensors.ts";

/** A request that the fake server received. */
export interface SeenRequest {
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Handles a request to the fake server: returns a response, or throws as `fetch` does. `before` counts the earlier requests to the same path. */
export type Answer = (request: SeenRequest, before: number) => Response | Promise<Response>;

/**
 * A clock that advances only in `sleep`, which returns at once. `slept` lists the sleeps. A sleep of `deadlinesFromMs` or longer counts as a
 * deadline: it is not listed, and it ends only when its signal is aborted.
 */
export function fakeClock(deadlinesFromMs = 5000) {
  let nowMs = 1_000_000;
  const slept: number[] = [];
  const advance = (milliseconds: number): void => {
    nowMs += milliseconds;
  };
  return {
    slept,
    advance,
    now: () => nowMs,
    sleep: async (milliseconds: number, signal: AbortSignal): Promise<void> => {
      if (milliseconds >= deadlinesFromMs) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return;
      }
      slept.push(milliseconds);
      advance(milliseconds);
    },
  };
}

/** A server in memory behind a `fetch`, and its client. `GET /v2` lists the binary extension unless `answers` replaces it. */
export function fakeServer(answers: Readonly<Record<string, Answer>>, options: Partial<InferenceClientOptions> = {}) {
  const seen: SeenRequest[] = [];
  const all: Readonly<Record<string, Answer>> = { "/v2": () => metadata(["binary_tensor_data"]), ...answers };
  const fetch: Fetch = async (url, { method = "GET", headers, body }) => {
    const path = new URL(url).pathname;
    const request = { path, method, headers: new Headers(headers), body: await bytesOf(body) };
    const before = seen.filter((each) => each.path === path).length;
    seen.push(request);
    return (await all[path]?.(request, before)) ?? new Response('{"error":"not found"}', { status: 404 });
  };
  const clock = fakeClock();
  const timeouts = { probeMs: 6000 };
  const client = createInferenceClient({
    timeouts,
    url: "http://gpu.test",
    fetch,
    random: () => 0.5,
    ...clock,
    ...options,
  });
  return { client, seen, clock };
}

async function bytesOf(body: RequestInit["body"]): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body ?? "").arrayBuffer());
}

/** The server metadata as a response. */
export function metadata(extensions: readonly string[] | null): Response {
  return Response.json({ name: "fake", version: "1", extensions });
}

/** A reply with these tensors, as binary or as JSON. */
export function reply(outputs: readonly NamedTensor[], isBinary = true, id?: string): Response {
  const { body, headers } = valueOf(encodeReply({ modelName: "m", modelVersion: "3", id, outputs }, () => isBinary));
  return new Response(body, { headers: { ...headers, "Server-Timing": "queue;dur=1.5, decode;dur=20" } });
}

/** A response of server-sent events with these data. */
export function events(...data: readonly string[]): Response {
  const text = data.map((each) => `data: ${each}\n\n`).join("");
  return new Response(text, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
}

/** Collects all items of a stream, followed by the error that ended it, if any. */
export async function collect(stream: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  try {
    for await (const each of stream) items.push(each);
  } catch (thrown) {
    items.push(thrown);
  }
  return items;
}
