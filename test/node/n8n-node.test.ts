import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/answer.ts";
import { problemOf } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/problem.ts";
import { drawingQuery, writtenQuery } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/query.ts";
import {
  MAX_CALLS,
  MAX_PAUSE_SECONDS,
  pauseSeconds,
} from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/retry.ts";
import { inTurn, MAX_AT_ONCE } from "../../integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/api/turns.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { optionsByInput } from "../../src/contract/requests.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { queryOptions } from "../../src/http/query.ts";

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
