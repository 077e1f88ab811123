import type { Answer } from "../../src/contract/answers.ts";
import type { Problem } from "../../src/contract/problems.ts";
import type { CacheReport, CallContext, Service, TaskRequest, TaskRow } from "../../src/contract/service.ts";
import { createAdmit } from "../../src/http/admission.ts";
import { type AppOptions, createApp } from "../../src/http/app.ts";
import { createReservations } from "../../src/scheduling/reservations.ts";

/** One task for each kind of input. */
export const fakeTasks = [
  { name: "caption", summary: "A sentence", input: "none", answers: ["text"] },
  { name: "caption-to-phrase-grounding", summary: "Where the phrases are", input: "text", answers: ["boxes"] },
  { name: "open-vocabulary-detection", summary: "Where things are", input: "labels", answers: ["boxes", "polygons"] },
  { name: "region-to-category", summary: "What a region is", input: "region", answers: ["text"] },
] as const satisfies readonly TaskRow[];

/** A valid answer. */
export const fakeAnswer: Answer = {
  type: "text",
  task: "caption",
  source: { width: 640, height: 480 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 9, completion_tokens: 4 },
  text: "a cat",
};

/** The cache report of an answer that was generated for its request. */
export const cacheMiss: CacheReport = { hit: false, fwd: "miss", stored: true, collapsed: false, stale: false, age: 0 };

const defaultService: Service = {
  answer: async () => ({ answer: fakeAnswer, cache: cacheMiss, timings: { intake: 1.5 } }),
  stream: async (_request, _call, emit) => {
    emit({ type: "delta", text: "a cat" }, cacheMiss);
    emit({ type: "done", answer: fakeAnswer }, cacheMiss);
  },
  batch: async ({ items }) => ({ results: items.map(() => fakeAnswer), cache: cacheMiss, timings: {} }),
  analyze: async ({ items }) => ({ results: items.map(() => fakeAnswer), cache: cacheMiss, timings: {} }),
  ready: async () => {},
  model: async () => ({ id: "fake", revision: "1", dtype: "fp32", domain: "cats", image_size: 256 }),
};

/** Admits every request. */
export const admitAll = createAdmit(
  createReservations(() => ({ requests: Infinity, bytes: Infinity, units: Infinity }), Date.now),
);

/** The HTTP application over a service that records its requests; `more` are other options of `createApp`. */
export function fakeApp(service: Partial<Service> = {}, more: Partial<AppOptions> = {}) {
  const whole = { ...defaultService, ...service };
  const requests: TaskRequest[] = [];
  const logged: Problem[] = [];
  const calls: CallContext[] = [];
  const app = createApp({
    tasks: fakeTasks,
    version: "0.0.0",
    newRequestId: () => "request-1",
    sleep: () => new Promise(() => {}),
    timeout: () => new AbortController().signal,
    admit: admitAll,
    logError: (problem) => logged.push(problem),
    service: {
      ...whole,
      answer: (request, call) => {
        requests.push(request);
        calls.push(call);
        return whole.answer(request, call);
      },
    },
    ...more,
  });
  return { app, requests, logged, calls };
}
