import { describe, expect, it } from "vitest";
import { MAX_ANALYZE_TASKS } from "../../src/contract/analyze.ts";
import { MAX_LABELS } from "../../src/contract/requests.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { AnalyzeRequest } from "../../src/contract/service.ts";
import { cacheMiss, fakeAnswer, fakeApp } from "../support/fake-service.ts";

const image = "QUJD";

/** The response of `analyze` to a body, and the requests that the service received. */
async function analyze(body: unknown, answer = "ok") {
  const requests: AnalyzeRequest[] = [];
  const { app } = fakeApp({
    analyze: async (request) => {
      requests.push(request);
      if (answer === "corrupt") throw new Problem("image-corrupt", "cut off");
      const results = request.items.map((item) => ("problem" in item ? item.problem : fakeAnswer));
      return { results, cache: cacheMiss, timings: { intake: 1 } };
    },
  });
  const headers = { "content-type": "application/json" };
  const response = await app.request("/v1/analyze", { method: "POST", headers, body: JSON.stringify(body) });
  return { response, requests, body: await response.json() };
}

const codes = ({ results }: { results: { status: string; answer: unknown; problem: { code: string } | null }[] }) =>
  results.map(({ status, problem }) => problem?.code ?? status);

describe("POST /v1/analyze", () => {
  it("returns a result for each task, in their order, with their own options", async () => {
    const tasks = [
      { task: "caption" },
      { task: "region-to-category", region: { x1: 0, y1: 0, x2: 1, y2: 1 }, beams: 2 },
    ];
    const { requests, body, response } = await analyze({ image, tasks });
    expect(requests[0]?.items).toEqual([
      { task: "caption", options: {} },
      { task: "region-to-category", options: { region: { x1: 0, y1: 0, x2: 1, y2: 1 }, beams: 2 } },
    ]);
    expect(body).toEqual({
      results: [
        { task: "caption", status: "ok", answer: fakeAnswer, problem: null },
        { task: "region-to-category", status: "ok", answer: fakeAnswer, problem: null },
      ],
    });
    expect(response.headers.get("cache-status")).toBe("florence-edge; fwd=miss; stored");
    expect(response.headers.get("etag")).not.toBeNull();
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["an unknown task", { task: "vqa" }, "unknown-task"],
    ["a missing text", { task: "caption-to-phrase-grounding" }, "text-required"],
    ["a missing region", { task: "region-to-category" }, "region-required"],
    ["an option that the task does not take", { task: "caption", text: "a cat" }, "invalid-request"],
    ["an overlay", { task: "caption", overlay: "svg" }, "invalid-request"],
  ])("returns %s as the problem of one item", async (_, item, code) => {
    const { response, body } = await analyze({ image, tasks: [{ task: "caption" }, item, { task: "caption" }] });
    expect(response.status).toBe(200);
    expect(codes(body)).toEqual(["ok", code, "ok"]);
    expect(body.results[1]).toMatchObject({ answer: null, problem: { request_id: "request-1" } });
  });

  it.each<[string, unknown, number, string]>([
    ["no image", { tasks: [{ task: "caption" }] }, 400, "image-required"],
    ["no tasks", { image }, 400, "invalid-request"],
    ["an empty list", { image, tasks: [] }, 400, "invalid-request"],
    [
      "too many tasks",
      { image, tasks: Array.from({ length: MAX_ANALYZE_TASKS + 1 }, () => ({ task: "caption" })) },
      400,
      "invalid-request",
    ],
    ["an item without a task", { image, tasks: [{ beams: 1 }] }, 400, "invalid-request"],
    ["an unknown field", { image, tasks: [{ task: "caption" }], task: "caption" }, 400, "invalid-request"],
  ])("rejects the whole request for %s", async (_, given, status, code) => {
    const { response, body, requests } = await analyze(given);
    expect([response.status, body.code, requests.length]).toEqual([status, code, 0]);
  });

  it.each([
    ["each with the reference's settings", { task: "more-detailed-caption", beams: 3, max_new_tokens: 1024 }],
    [
      "each with some labels",
      { task: "open-vocabulary-detection", labels: ["a", "b", "c", "d"], include: ["svg_path"] },
    ],
  ])("accepts the maximum number of tasks, %s", async (_, task) => {
    const { response } = await analyze({ image, tasks: Array.from({ length: MAX_ANALYZE_TASKS }, () => task) });
    expect(response.status).toBe(200);
  });

  it("refuses tasks that ask for too much together, and reads each item's delimiters before", async () => {
    const labels = Array.from({ length: MAX_LABELS }, (_unused, at) => `label ${at}`);
    const task = { task: "open-vocabulary-detection", labels, include: ["svg_path"] };
    const { body, requests } = await analyze({ image, tasks: Array.from({ length: MAX_ANALYZE_TASKS }, () => task) });
    expect([body.status, body.code]).toEqual([422, "too-much-work"]);
    expect(requests).toEqual([]);
  });

  it("rejects the whole request if the image is corrupt", async () => {
    const { response, body } = await analyze({ image, tasks: [{ task: "caption" }] }, "corrupt");
    expect([response.status, body.code]).toEqual([422, "image-corrupt"]);
  });

  it("accepts only JSON", async () => {
    const { app } = fakeApp();
    const response = await app.request("/v1/analyze", {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: "x",
    });
    expect(response.status).toBe(415);
  });
});
