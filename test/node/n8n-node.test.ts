import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/answer.ts";
import { MAX_SEEN, told, withSeen } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/event.ts";
import {
  hasEnded,
  jobOf,
  MAX_POLL_SECONDS,
  pollSeconds,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/job.ts";
import { problemOf, readProblem } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/problem.ts";
import { drawingQuery, writtenQuery } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/query.ts";
import {
  jobPauseSeconds,
  MAX_CALLS,
  MAX_PAUSE_SECONDS,
  pauseSeconds,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/retry.ts";
import {
  isSigned,
  readSecret as readText,
  TOLERANCE_SECONDS,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/signature.ts";
import { inTurn, MAX_AT_ONCE } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/turns.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { optionsByInput } from "../../src/contract/requests.ts";
import { ENDED_STATUSES, JobStatus, MAX_JOB_WAIT_SECONDS } from "../../src/contract/jobs.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { queryOptions } from "../../src/http/query.ts";
import { readSecret, secretText, signEvent } from "../../src/webhooks/signature.ts";

const root = new URL("../../integrations/n8n-nodes-florence-edge/", import.meta.url);

/** The API's body for a problem. */
function bodyOf(code: "image-corrupt" | "overloaded" | "invalid-request", issues: readonly object[] = []) {
  const { title, fix, retryable, status } = problems[code];
  return { title, fix, retryable, status, code, detail: "What happened.", request_id: "r1", issues };
}

describe("a reply", () => {
  it("below 300 that names its type, or is a file, is an answer", () => {
    expect(problemOf({ statusCode: 200, headers: {}, body: { type: "text" } })).toBeUndefined();
    expect(problemOf({ statusCode: 200, headers: {}, body: Buffer.from("<svg/>") })).toBeUndefined();
  });

  it("with a problem is an error of its title, with what to do, its code and the request", () => {
    const body = bodyOf("image-corrupt");
    expect(problemOf({ statusCode: 422, headers: {}, body })).toEqual({
      title: body.title,
      description: `What happened. ${body.fix} (image-corrupt, request r1)`,
      code: "image-corrupt",
      status: 422,
      isRetryable: false,
      retryAfterSeconds: undefined,
    });
  });

  it("with wrong fields names them", () => {
    const body = bodyOf("invalid-request", [{ path: "beams", message: "Too big" }]);
    expect(problemOf({ statusCode: 400, headers: {}, body })?.description).toContain("beams: Too big");
  });

  it.each([
    ["a page", 200, "<html>", false],
    ["a page that is not found", 404, "<html>", false],
    ["an answer of somebody else", 200, { ok: true }, false],
    ["JSON of somebody else", 500, { error: "no" }, false],
    ["a page of a proxy", 502, "<h1>Bad gateway</h1>", true],
  ])("that is %s says to check the address", (_, statusCode, body, isRetryable) => {
    expect(problemOf({ statusCode, headers: {}, body })).toMatchObject({
      code: "no-answer",
      status: statusCode,
      isRetryable,
    });
  });

  it.each([
    ["3", 3],
    ["0", 0],
    ["", undefined],
    ["Tue, 01 Dec 2026 00:00:00 GMT", undefined],
    [undefined, undefined],
  ])("reads Retry-After: %s", (value, seconds) => {
    const reply = { statusCode: 503, headers: { "retry-after": value }, body: bodyOf("overloaded") };
    expect(problemOf(reply)?.retryAfterSeconds).toBe(seconds);
  });
});

describe("another call", () => {
  const overloaded = { title: "", description: "", code: "overloaded", status: 503, isRetryable: true };

  it("waits as the API says, up to a limit", () => {
    expect(pauseSeconds({ ...overloaded, retryAfterSeconds: MAX_PAUSE_SECONDS }, 1)).toBe(MAX_PAUSE_SECONDS);
    expect(pauseSeconds({ ...overloaded, retryAfterSeconds: MAX_PAUSE_SECONDS + 1 }, 1)).toBeUndefined();
  });

  it("waits twice as long each time where the API says nothing", () => {
    const pauses = [1, 2].map((calls) => pauseSeconds({ ...overloaded, retryAfterSeconds: undefined }, calls));
    expect(pauses).toEqual([0.5, 1]);
  });

  it("is made only for what passes, and not too often", () => {
    expect(pauseSeconds({ ...overloaded, isRetryable: false, retryAfterSeconds: 0 }, 1)).toBeUndefined();
    expect(pauseSeconds({ ...overloaded, retryAfterSeconds: 0 }, MAX_CALLS)).toBeUndefined();
  });
});

describe("questions of one run", () => {
  it("are asked a few at a time, in their order, and all of them although some fail", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ turns: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 20 }),
        async (works) => {
          const run = {};
          let [running, most] = [0, 0];
          const begun: number[] = [];
          const ends = works.map(({ turns, fails }, index) =>
            inTurn(run, async () => {
              begun.push(index);
              running += 1;
              most = Math.max(most, running);
              for (let turn = 0; turn < turns; turn += 1) await setImmediate();
              running -= 1;
              if (fails) throw new Error("no");
              return index;
            }),
          );
          const results = await Promise.allSettled(ends);
          expect(begun).toEqual(works.map((_, index) => index));
          expect(most).toBe(Math.min(works.length, MAX_AT_ONCE));
          expect(results.map(({ status }) => status === "rejected")).toEqual(works.map(({ fails }) => fails));
        },
      ),
    );
  });

  it("do not wait for those of another run", async () => {
    const never = new Promise<never>(() => {});
    const run = {};
    for (let index = 0; index < MAX_AT_ONCE; index += 1) void inTurn(run, () => never);
    expect(await inTurn({}, async () => "answered")).toBe("answered");
  });
});

/** What the API reads. */
const read = (query: Parameters<typeof writtenQuery>[0]) => queryOptions(new URLSearchParams(writtenQuery(query)));

describe("the query", () => {
  it("is read by the API as it was meant", () => {
    const box = { x1: 1, y1: 2.5, x2: 30, y2: 40 };
    const options = optionsByInput.region.parse(read({ region: box, beams: 3, include: ["score"], format: "flat" }));
    expect(options).toMatchObject({ region: box, beams: 3, include: ["score"], format: "flat" });
  });

  it("keeps labels with commas whole in a list", () => {
    expect(read({ labels: ["a cat, asleep", "truck"] })).toEqual({ labels: ["a cat, asleep", "truck"] });
  });

  it("leaves out what is not set", () => {
    expect(writtenQuery({ text: "  ", region: undefined, labels: null, min_score: 0 })).toEqual({ min_score: "0" });
  });

  it("of a drawing has what changes the objects, and no form of the answer", () => {
    const query = { text: "truck", min_score: "0.1", format: "flat", box_format: "xywh", include: '["svg_path"]' };
    const later = { async: "true", webhook: "https://receiver.example.com" };
    expect(drawingQuery({ ...query, ...later }, "png")).toEqual({ text: "truck", min_score: "0.1", overlay: "png" });
  });
});

describe("the output", () => {
  it("is the answer, or an item for each object", () => {
    const answer = { type: "boxes", objects: [{ label: "snail" }, { label: "truck" }] };
    expect(partsOf(answer, false)).toEqual([answer]);
    expect(partsOf(answer, true)).toEqual(answer.objects);
    expect(partsOf({ type: "text" }, true)).toEqual([{ type: "text" }]);
  });
});

describe("the package", () => {
  it("keeps the rules that n8n's linter does not know yet", async () => {
    const manifest: unknown = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
    expect(manifest).toMatchObject({ license: "MIT", peerDependencies: { "n8n-workflow": "*" }, files: ["dist"] });
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("repository.directory");
  });

  it("has every task as an operation", async () => {
    const text = await readFile(new URL("nodes/FlorenceEdge/generated.ts", root), "utf8");
    const paths = [...text.matchAll(/url: "\/v1\/(?<task>[a-z-]+)"/gu)].map((found) => found.groups?.["task"] ?? "");
    expect(paths).toHaveLength(Object.keys(tasks).length);
    expect(new Set(paths)).toEqual(new Set(Object.keys(tasks)));
  });
});

describe("a job", () => {
  const body = { id: "job_1", status: "failed", result: null, problem: bodyOf("image-corrupt"), urls: {} };

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
