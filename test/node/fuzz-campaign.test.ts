import { describe, expect, it } from "vitest";
import { problemDetails } from "../../src/contract/problem-details.ts";
import type { ProblemCode } from "../../src/contract/problems.ts";
import { memoryCurve } from "../../tools/fuzz/memory-curve.ts";
import { createTally, type Finished } from "../../tools/fuzz/tally.ts";
import { isClean, MAX_ALONE_MS, reportLines } from "../../tools/fuzz/report.ts";
import type { Sent } from "../../tools/fuzz/send.ts";
import type { ApiName } from "../../tools/fuzz/targets.ts";
import { received, violationsOf } from "../../tools/fuzz/violations.ts";
import type { FuzzRequest } from "../support/fuzz/fuzz-request.ts";

const requestTo = (target: string, changes: Partial<FuzzRequest> = {}): FuzzRequest => ({
  what: "a test",
  method: "POST",
  target,
  headers: [],
  body: undefined,
  transfer: "length",
  isValid: false,
  stalls: false,
  ...changes,
});
const caption = requestTo("/v1/caption");
const common = { "x-request-id": "r", "access-control-allow-origin": "*" };

function json(status: number, type: string, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...common, "content-type": `application/${type}` } });
}

function problem(status: number, code: ProblemCode): Response {
  return json(status, "problem+json", problemDetails(code, { detail: "", requestId: "r" }));
}

async function kindsOf(request: FuzzRequest, response: Response, api: ApiName = "remote") {
  const sent: Sent = { type: "response", response, ms: 1 };
  const found = await violationsOf({ api, request }, sent, await received(response));
  return found.map(({ kind }) => kind);
}

describe("the violations of a response", () => {
  it("are none for what the document declares", async () => {
    expect(await kindsOf(caption, problem(400, "invalid-request"))).toEqual([]);
    expect(await kindsOf(caption, problem(503, "overloaded"))).toEqual([]);
    expect(await kindsOf(caption, problem(504, "not-cached"))).toEqual([]);
    expect(await kindsOf(caption, json(200, "json", { "<CAPTION>": "" }))).toEqual([]);
    expect(await kindsOf(requestTo("/nothing?a=1"), problem(404, "not-found"))).toEqual([]);
    expect(await kindsOf(requestTo("/v1/%63aption", { method: "PUT" }), problem(405, "method-not-allowed"))).toEqual(
      [],
    );
  });

  it.each<[string, FuzzRequest, Response, readonly string[]]>([
    ["a fault", caption, problem(500, "internal"), ["server fault"]],
    ["a fault of the backend", caption, problem(502, "backend-failed"), ["server fault"]],
    [
      "another status",
      caption,
      new Response("", { status: 418, headers: common }),
      ["undeclared status", "contradicts the document"],
    ],
    [
      "a status without a code",
      requestTo("/healthz", { method: "HEAD" }),
      new Response(null, { status: 500, headers: common }),
      ["server fault"],
    ],
    [
      "a code of another operation",
      requestTo("/v1/batch"),
      problem(424, "image-url-timeout"),
      ["undeclared status", "contradicts the document"],
    ],
    [
      "a problem that the schema refuses",
      caption,
      json(400, "problem+json", { code: "invalid-request" }),
      ["contradicts the document"],
    ],
    [
      "a code with the status of another",
      caption,
      problem(402, "invalid-request"),
      ["undeclared status", "contradicts the document"],
    ],
    [
      "a body that is no JSON",
      caption,
      new Response("{", { headers: { ...common, "content-type": "application/json" } }),
      ["contradicts the document"],
    ],
    ["an empty answer", caption, json(200, "json", {}), ["contradicts the document"]],
    [
      "an answer that lacks fields",
      caption,
      json(200, "json", { type: "text", task: "caption" }),
      ["contradicts the document"],
    ],
    [
      "an answer in the reference's form for no task",
      caption,
      json(200, "json", { caption: "" }),
      ["contradicts the document"],
    ],
    [
      "a valid request that is refused",
      requestTo("/v1/caption", { isValid: true }),
      problem(422, "image-corrupt"),
      ["valid request refused"],
    ],
  ])("name %s", async (_, request, response, kinds) => {
    expect(await kindsOf(request, response)).toEqual(kinds);
  });

  it("do not name a fault of the backend if it sends rubbish, but any other fault", async () => {
    expect(await kindsOf(caption, problem(502, "backend-failed"), "rubbish")).toEqual([]);
    expect(await kindsOf(caption, problem(500, "internal"), "rubbish")).toEqual(["server fault"]);
    expect(await kindsOf(requestTo("/healthz"), problem(502, "backend-failed"), "rubbish")).not.toEqual([]);
  });

  it("name a fault of one of several results", async () => {
    const failed = {
      task: "ocr",
      status: "error",
      answer: null,
      problem: problemDetails("internal", { detail: "", requestId: "r" }),
    };
    const headers = { ...common, "content-type": "application/json" };
    const response = new Response(JSON.stringify({ results: [failed] }), { headers });
    expect(await kindsOf(requestTo("/v1/analyze"), response)).toEqual(["server fault"]);
  });

  it("name a request without an answer, unless it was cut off", async () => {
    const unanswered = await violationsOf(
      { api: "remote", request: caption },
      { type: "unanswered", error: new Error("reset"), ms: 1 },
      undefined,
    );
    expect(unanswered.map(({ kind }) => kind)).toEqual(["no answer"]);
    expect(await violationsOf({ api: "remote", request: caption }, { type: "cut" }, undefined)).toEqual([]);
  });
});

it("a report has the seed, the statuses, the violations and their requests", async () => {
  const tally = createTally();
  const response = problem(500, "internal");
  const sent: Sent = { type: "response", response, ms: 12 };
  const answer = await received(response);
  const violations = await violationsOf({ api: "remote", request: caption }, sent, answer);
  tally.add({ number: 7, api: "remote", request: caption, sent, answer, violations });
  const report = reportLines({ seed: 42, seconds: 1, counts: tally.counts(), alone: [], memory: [] }).join("\n");
  expect(report).toMatch(/POST \/v1\/caption +1/u);
  expect(report).toContain("1 x server fault: internal");
  expect(report).toContain("request 7, remote: POST /v1/caption");
  expect(report).toContain("--seed 42 --replay");
  expect(isClean({ counts: tally.counts(), alone: [], memory: [] })).toBe(false);
});

/** A request that took this long when it was sent alone. */
const alone = (ms: number): Finished[] => {
  const sent: Sent = { type: "response", response: problem(400, "invalid-request"), ms };
  return [{ number: 1, api: "embedded", request: caption, sent, answer: undefined, violations: [] }];
};

it("a campaign is clean only if its slowest requests are quick alone", () => {
  const counts = createTally().counts();
  expect(isClean({ counts, alone: alone(MAX_ALONE_MS), memory: [] })).toBe(true);
  expect(isClean({ counts, alone: alone(MAX_ALONE_MS + 1), memory: [] })).toBe(false);
});

/** Samples of a hundred seconds. */
const samples = (value: (at: number) => number) => Array.from({ length: 400 }, (_, at) => value(at));

describe("a memory curve", () => {
  it("is flat while memory is freed again, and grows otherwise", () => {
    expect(memoryCurve(samples((at) => 300 + (at % 17) * 10)).isFlat).toBe(true);
    expect(memoryCurve(samples((at) => 300 + at / 2 + (at % 17) * 10)).isFlat).toBe(false);
  });

  it("has the minimum of each window", () => {
    expect(memoryCurve(samples((at) => at)).minima).toEqual(Array.from({ length: 20 }, (_, window) => 20 * window));
  });
});
