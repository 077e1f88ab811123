import { createFlorence, type FlorenceOptions } from "../../src/client/florence.ts";
import type { Fetch } from "../../src/inference/protocol/transport.ts";
import { fakeClock } from "./protocol-backend.ts";

/** A request that the fake API received. */
export interface SeenCall {
  readonly method: string;
  /** The path with the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | null | undefined;
}

/** Handles a request to the fake API: returns a response, or throws as `fetch` does. */
export type FakeHandler = (request: SeenCall) => Response | Promise<Response>;

/** An answer of the task caption. */
export const caption = {
  type: "text",
  task: "caption",
  source: { width: 640, height: 480 },
  model: { id: "mini", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 9, completion_tokens: 4 },
  text: "a truck",
};

/** Fails as `fetch` does when the connection is lost. */
export const lost: FakeHandler = () => Promise.reject(new TypeError("fetch failed"));

/** Responds with the caption. */
export const fine: FakeHandler = () => Response.json(caption);

/** Responds with a problem of the API. */
export function problem(
  code: string,
  status: number,
  retryable: boolean,
  headers: Record<string, string> = {},
): FakeHandler {
  const body = {
    type: `urn:florence-edge:problem:${code}`,
    title: "",
    status,
    detail: "It is so.",
    code,
    fix: "Do so.",
    retryable,
  };
  return () =>
    new Response(JSON.stringify({ ...body, request_id: "r1", issues: [{ path: "text", message: "Send a text." }] }), {
      status,
      headers: { "content-type": "application/problem+json", ...headers },
    });
}

/** Formats events as server-sent events. */
export function eventStream(events: readonly { readonly type: string }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** Responds with an event stream. */
export function streaming(body: BodyInit): FakeHandler {
  return () => new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

/** A client of an API in memory: request n gets answer n, and all further requests the last one. Time passes only in `sleep`. */
export function fakeApi(answers: readonly FakeHandler[], options: Partial<FlorenceOptions> = {}) {
  const seen: SeenCall[] = [];
  const fetch: Fetch = async (url, { method = "GET", headers, body, signal }) => {
    const { pathname, search } = new URL(url);
    const bytes = new Uint8Array(await new Response(body ?? "").arrayBuffer());
    const request = { method, path: pathname + search, headers: new Headers(headers), body: bytes, signal };
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push(request);
    return (await answer?.(request)) ?? new Response(null, { status: 404 });
  };
  const clock = fakeClock();
  const { now, sleep } = clock;
  const florence = createFlorence({
    baseUrl: "https://florence.test",
    fetch,
    now,
    sleep,
    random: () => 0.5,
    ...options,
  });
  return { florence, seen, clock };
}
