import type { Job } from "../../src/contract/jobs.ts";
import type { RandomBytes } from "../../src/accounts/base62.ts";
import { createSendEvent } from "../../src/webhooks/attempt.ts";
import { createWebhookBook } from "../../src/webhooks/book.ts";
import type { WebhookEvent } from "../../src/webhooks/delivery.ts";
import type { ToldJob } from "../../src/webhooks/event-body.ts";
import type { AttemptError } from "../../src/contract/webhooks.ts";
import { createMemoryWebhooks } from "./memory-webhooks.ts";

/** A request that a receiver got. */
export interface Received {
  readonly url: string;
  readonly atMs: number;
  readonly headers: Headers;
  readonly body: string;
}

/** When everything begins, in milliseconds since 1970. */
export const START_MS = Date.parse("2026-12-01T08:30:00.000Z");

/** The address that events name. */
export const RECEIVER = "https://receiver.example.com/hook";

/** A job that has succeeded. */
export const JOB: Job = {
  id: "job_3kTq9XfW0bYh2LsZ5cVn1A",
  status: "succeeded",
  created_at: "2026-12-01T08:29:58.000Z",
  task: "caption",
  result: null,
  problem: null,
  urls: {
    get: "https://florence.example.com/v1/jobs/job_3kTq9XfW0bYh2LsZ5cVn1A",
    cancel: "https://florence.example.com/v1/jobs/job_3kTq9XfW0bYh2LsZ5cVn1A",
  },
};

/** Bytes that repeat after a while, and are not equal. */
export function countingBytes(): RandomBytes {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => (next = (next + 37) % 248));
}

/** An event of a job's end. */
export function eventOf(changes: Partial<WebhookEvent> = {}): WebhookEvent {
  return { id: "msg_1", type: "job.succeeded", job: JOB.id, atMs: START_MS, data: null, isOwned: true, ...changes };
}

type Answer = (received: Received, signal: AbortSignal | undefined) => Response | Promise<Response>;

/** The webhooks of one owner with a clock that only the test advances, and receivers that answer as the test says. */
export function createWebhookWorld() {
  const { tables, all } = createMemoryWebhooks();
  const received: Received[] = [];
  const failures: unknown[] = [];
  const world = {
    nowMs: START_MS,
    answer: ((): Response => new Response(null, { status: 204 })) as Answer,
    refused: undefined as AttemptError | undefined,
    told: { job: JOB, answer: '{"type":"text","text":"a cat"}', isFlat: false } as ToldJob | undefined,
    /** In 0..1. */
    spread: 0,
  };
  const timers: { readonly endMs: number; readonly controller: AbortController }[] = [];
  const send = createSendEvent({
    now: () => world.nowMs,
    timeout: (milliseconds) => {
      const controller = new AbortController();
      timers.push({ endMs: world.nowMs + milliseconds, controller });
      return controller.signal;
    },
    check: async () => world.refused,
    fetch: async (url, { headers, body, signal }) => {
      const request = {
        url,
        atMs: world.nowMs,
        headers: new Headers(headers),
        body: typeof body === "string" ? body : "",
      };
      received.push(request);
      return world.answer(request, signal ?? undefined);
    },
  });
  /** A book over the same tables: as it is after the process has ended and begun again. */
  const start = () =>
    createWebhookBook({
      tables,
      send,
      now: () => world.nowMs,
      random: countingBytes(),
      spread: () => world.spread,
      read: async () => world.told,
      secretOfJob: async (job) => new Uint8Array(new TextEncoder().encode(`secret of ${job}`.padEnd(32))),
      logFailure: (thrown) => void failures.push(thrown),
    });
  const book = start();
  /** Rings the alarm whenever it is due, until a moment. */
  const passUntil = async (endMs: number, one = book): Promise<void> => {
    for (let next = one.nextMs(); next !== undefined && next <= endMs; next = one.nextMs()) {
      world.nowMs = Math.max(world.nowMs, next);
      await one.round();
    }
    world.nowMs = endMs;
  };
  const expireTimers = (): void => {
    for (const { endMs, controller } of timers) if (endMs <= world.nowMs) controller.abort(new Error("too late"));
  };
  return { world, tables, all, received, failures, book, start, passUntil, expireTimers };
}
