import fc from "fast-check";
import { expect, it } from "vitest";
import { MAX_EVENT_BYTES } from "../../src/contract/webhooks.ts";
import { problemDetails } from "../../src/contract/problem-details.ts";
import { dataEventBody, jobEventBody } from "../../src/webhooks/event-body.ts";
import { JOB, START_MS } from "../support/webhook-world.ts";

const told = { type: "job.succeeded", atMs: START_MS } as const;
const head = { type: "job.succeeded", timestamp: "2026-12-01T08:30:00.000Z" };

it("tells the job as GET says it", () =>
  fc.assert(
    fc.property(fc.json(), (answer) => {
      const body = jobEventBody(told, { job: JOB, answer, isFlat: false });
      const result: unknown = JSON.parse(answer);
      expect(JSON.parse(body)).toEqual({ ...head, data: { ...JOB, result, result_omitted: false } });
    }),
  ));

it("tells a flat answer on one level, whose `type` is the event's", () => {
  const answer = JSON.stringify({
    type: "flat",
    answer_type: "text",
    task: "caption",
    text: "a cat",
    first_score: 0.5,
  });
  expect(JSON.parse(jobEventBody(told, { job: JOB, answer, isFlat: true }))).toEqual({
    ...head,
    id: JOB.id,
    status: "succeeded",
    created_at: JOB.created_at,
    url: JOB.urls.get,
    result_omitted: false,
    code: "",
    title: "",
    detail: "",
    fix: "",
    answer_type: "text",
    task: "caption",
    text: "a cat",
    first_score: 0.5,
  });
});

it("tells a problem on one level", () => {
  const problem = problemDetails("image-corrupt", { detail: "The image ends early.", requestId: "r" });
  const body = jobEventBody(
    { ...told, type: "job.failed" },
    { job: { ...JOB, status: "failed", problem }, answer: undefined, isFlat: true },
  );
  const { code, title, detail, fix } = problem;
  expect(JSON.parse(body)).toMatchObject({ type: "job.failed", status: "failed", code, title, detail, fix });
});

it.each([true, false])("leaves out a result that is too large (flat: %s), and says so", (isFlat) => {
  const longest = { job: JOB, answer: JSON.stringify({ text: "é".repeat(MAX_EVENT_BYTES / 2 - 500) }), isFlat };
  const whole = jobEventBody(told, longest);
  expect(new TextEncoder().encode(whole).length).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  expect(whole).toContain('"result_omitted":false');
  const body = jobEventBody(told, { ...longest, answer: JSON.stringify({ text: "é".repeat(MAX_EVENT_BYTES / 2) }) });
  const data: unknown = JSON.parse(body);
  expect(isFlat ? data : Reflect.get(Object(data), "data")).toMatchObject({ id: JOB.id, result_omitted: true });
  expect(body.length).toBeLessThan(2000);
});

it("passes on what an event brings", () => {
  expect(JSON.parse(dataEventBody({ type: "batch.completed", atMs: START_MS }, '{"id":"batch_1"}'))).toEqual({
    type: "batch.completed",
    timestamp: head.timestamp,
    data: { id: "batch_1" },
  });
});
