import { createFlorence, type FlorenceOptions } from "../../src/client/florence.ts";
import type { Fetch } from "../../src/inference/protocol/transport.ts";
import { fakeClock } from "./protocol-backend.ts";

/** A request as the fake API saw it. */
export interface SeenCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | null | undefined;
}

/** What the fake API does with a request: answers, or throws as `fetch` does. */
export type FakeHandler = (request: SeenCall) => Response | Promise<Response>;

/** The answer of a caption. */
export const caption = {
  type: "text",
  task: "caption",
  source: { width: 640, height: 480 },
  model: { id: "mini", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 9, completion_tokens: 4 },
  text: "a truck",
};

/** A lost connection. */
export const lost: FakeHandler = () => Promise.reject(new TypeError("fetch failed"));

/** An answer. */
export const fine: FakeHandler = () => Response.json(caption);

/** A problem of the API. */
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

/** Server-sent events of an answer. */
export function eventStream(events: readonly { readonly type: string }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** A stream's response. */
export function streaming(body: BodyInit): FakeHandler {
  return () => new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

/** A client of an API in memory: the first request has the first answer, and the last answer stays. Time passes in pauses only. */
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
