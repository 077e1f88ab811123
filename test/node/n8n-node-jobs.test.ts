import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_SEEN, told, withSeen } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/event.ts";
import {
  hasEnded,
  jobOf,
  MAX_POLL_SECONDS,
  pollSeconds,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/job.ts";
import { problemOf, readProblem } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/problem.ts";
import {
  jobPauseSeconds,
  MAX_PAUSE_SECONDS,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/retry.ts";
import {
  isSigned,
  readSecret as readText,
  TOLERANCE_SECONDS,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/signature.ts";
import { ENDED_STATUSES, JobStatus, MAX_JOB_WAIT_SECONDS } from "../../src/contract/jobs.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { readSecret, secretText, signEvent } from "../../src/webhooks/signature.ts";

/** The API's body for a problem. */
function problemBody() {
  const { title, fix, retryable, status } = problems["image-corrupt"];
  return {
    title,
    fix,
    retryable,
    status,
    code: "image-corrupt",
    detail: "What happened.",
    request_id: "r1",
    issues: [],
  };
}

describe("a job", () => {
  const body = { id: "job_1", status: "failed", result: null, problem: problemBody(), urls: {} };

  it("is known by its id and status", () => {
    expect(jobOf(body)).toMatchObject({ id: "job_1", status: "failed", all: body });
    expect([{}, [], "job_1", { id: "job_1" }, { id: "whk_1", status: "on" }].map(jobOf)).toEqual(
      Array(5).fill(undefined),
    );
  });

  it("has ended as the API's contract says", () => {
    const ended = JobStatus.options.filter((status) =>
      hasEnded({ id: "", result: null, problem: null, all: {}, status }),
    );
    expect(new Set(ended)).toEqual(ENDED_STATUSES);
  });

  it("that failed has the problem of a direct question", () => {
    const direct = problemOf({ statusCode: 422, headers: {}, body: body.problem });
    expect(readProblem(body.problem, 422)).toEqual(direct);
    expect(readProblem(null, 0)).toBeUndefined();
  });

  it("is waited for in requests that end in time", () => {
    expect(pollSeconds(3_600_000, 300_000)).toBe(MAX_POLL_SECONDS);
    expect(MAX_POLL_SECONDS).toBeLessThanOrEqual(MAX_JOB_WAIT_SECONDS);
    expect([
      pollSeconds(1500, 300_000),
      pollSeconds(60_000, 10_000),
      pollSeconds(-5, 300_000),
      pollSeconds(9, 900),
    ]).toEqual([2, 5, 0, 0]);
  });

  it("is asked about again, whatever passes, while there is time", () => {
    const busy = {
      title: "",
      description: "",
      code: "overloaded",
      status: 503,
      isRetryable: true,
      retryAfterSeconds: 3600,
    };
    expect(jobPauseSeconds(busy, 50, 60_000)).toBe(MAX_PAUSE_SECONDS);
    expect(jobPauseSeconds(undefined, 1, 60_000)).toBe(0.5);
    expect(jobPauseSeconds(undefined, 1, 100)).toBeUndefined();
    expect(jobPauseSeconds({ ...busy, isRetryable: false }, 1, 60_000)).toBeUndefined();
  });
});

describe("an event", () => {
  const [nowMs, id, body] = [
    1_764_547_200_000,
    "msg_1",
    Buffer.from('{"type":"job.succeeded","data":{"text":"Käse"}}'),
  ];
  const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => new Uint8Array(bytes));

  it("that the API has signed is genuine for who has one of its secrets, as it is shown", async () => {
    await fc.assert(
      fc.asyncProperty(secrets, secrets, fc.boolean(), async (one, other, isFirst) => {
        fc.pre(!Buffer.from(one).equals(Buffer.from(other)));
        const both = await signEvent({ id, body, nowMs }, [one, other]);
        const shown = readText(` ${secretText(isFirst ? one : other)}\n`);
        expect(shown && isSigned(body, { ...both }, shown, nowMs)).toBe(true);
        const alone = await signEvent({ id, body, nowMs }, [one]);
        expect(isSigned(body, { ...alone }, other, nowMs)).toBe(false);
      }),
    );
  });

  it("that was changed, is old, or has no signature, is none", async () => {
    const secret = new Uint8Array(32).fill(7);
    const headers = { ...(await signEvent({ id, body, nowMs }, [secret])) };
    const late = nowMs + (TOLERANCE_SECONDS + 1) * 1000;
    expect(isSigned(body, headers, secret, nowMs)).toBe(true);
    expect(isSigned(Buffer.from(`${body.toString()} `), headers, secret, nowMs)).toBe(false);
    expect(isSigned(body, headers, secret, late)).toBe(false);
    for (const name of Object.keys(headers)) {
      expect(isSigned(body, { ...headers, [name]: undefined }, secret, nowMs)).toBe(false);
      expect(isSigned(body, { ...headers, [name]: "v1," }, secret, nowMs)).toBe(false);
    }
  });

  it.each(["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%", undefined])(
    "has no secret like %s",
    (text) => {
      expect(readText(text)).toBeUndefined();
      expect(readSecret(text ?? "")).toBeUndefined();
    },
  );

  it("is told on one level", () => {
    expect(told({ type: "job.failed", timestamp: "t", data: { id: "job_1" } })).toEqual({
      type: "job.failed",
      timestamp: "t",
      id: "job_1",
    });
    const flat = { type: "job.succeeded", timestamp: "t", id: "job_1", text: "a cat" };
    expect(told(flat)).toEqual(flat);
  });

  it("is received once, among the latest", () => {
    expect(withSeen(undefined, "a")).toEqual(["a"]);
    expect(withSeen(["a", 1], "a")).toBeUndefined();
    const many = Array.from({ length: MAX_SEEN }, (_, index) => `msg_${index}`);
    expect(withSeen(many, "new")).toEqual([...many.slice(1), "new"]);
  });
});
