import { describe, expect, it } from "vitest";
import { MAX_TASK_NAME_CHARACTERS } from "../../src/contract/analyze.ts";
import { MAX_BATCH_ITEMS } from "../../src/contract/batch.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { BatchRequest } from "../../src/contract/service.ts";
import { cacheMiss, fakeAnswer, fakeApp } from "../support/fake-service.ts";

const image = "QUJD";

/** The response of `batch` to a body, and the requests that the service received. */
async function batch(body: unknown) {
  const requests: BatchRequest[] = [];
  const { app } = fakeApp({
    batch: async (request) => {
      requests.push(request);
      const results = request.items.map((item) => ("problem" in item ? item.problem : fakeAnswer));
      return { results, cache: cacheMiss, timings: { intake: 1 } };
    },
  });
  const headers = { "content-type": "application/json" };
  const response = await app.request("/v1/batch", { method: "POST", headers, body: JSON.stringify(body) });
  return { response, requests, body: await response.json() };
}

describe.each([
  ["/v1/batch", { items: Array.from({ length: 3 }, () => ({ task: "caption", image })) }],
  ["/v1/analyze", { image, tasks: Array.from({ length: 3 }, () => ({ task: "caption" })) }],
])("a failed item of POST %s", (path, requestBody) => {
  it.each(["backend-timeout", "image-corrupt"] as const)("is logged once if it is a server fault: %s", async (code) => {
    const failure = new Problem(code, "no", { cause: new Error("why") });
    const several = async () => ({ results: [failure, fakeAnswer, failure], cache: cacheMiss, timings: {} });
    const { app, logged } = fakeApp({ batch: several, analyze: several });
    const headers = { "content-type": "application/json" };
    const response = await app.request(path, { method: "POST", headers, body: JSON.stringify(requestBody) });
    expect(response.status).toBe(200);
    expect(logged).toEqual(code === "backend-timeout" ? [failure] : []);
  });
});

describe("POST /v1/batch", () => {
  it("returns a result for each item, in their order, with their own images and options", async () => {
    const region = { x1: 0, y1: 0, x2: 1, y2: 1 };
    const items = [
      { task: "caption", image: { url: "https://a.test/1.jpg" }, format: "flat" },
      { task: "region-to-category", image, region, beams: 2 },
    ];
    const { requests, body, response } = await batch({ items });
    expect(requests[0]?.items).toEqual([
      { task: "caption", image: { kind: "url", url: "https://a.test/1.jpg" }, options: { format: "flat" } },
      { task: "region-to-category", image: { kind: "base64", text: image }, options: { region, beams: 2 } },
    ]);
    expect(body).toEqual({
      results: [
        { task: "caption", status: "ok", answer: fakeAnswer, problem: null },
        { task: "region-to-category", status: "ok", answer: fakeAnswer, problem: null },
      ],
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-status": "florence-edge; fwd=miss; stored",
      "server-timing": "intake;dur=1.0",
      etag: expect.any(String),
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["an unknown task", { task: "vqa", image }, "unknown-task"],
    ["a task with the longest name", { task: "x".repeat(MAX_TASK_NAME_CHARACTERS), image }, "unknown-task"],
    ["a missing image", { task: "caption" }, "image-required"],
    ["a missing text", { task: "caption-to-phrase-grounding", image }, "text-required"],
    ["an option that the task does not take", { task: "caption", image, text: "a cat" }, "invalid-request"],
    ["an overlay", { task: "caption", image, overlay: "svg" }, "invalid-request"],
    ["a stream", { task: "caption", image, stream: true }, "invalid-request"],
  ])("returns %s as the problem of one item", async (_, item, code) => {
    const good = { task: "caption", image, stream: false };
    const { response, body } = await batch({ items: [good, item, good] });
    expect(response.status).toBe(200);
    const results: readonly { status: string; problem: { code: string } | null }[] = body.results;
    expect(results.map(({ status, problem }) => problem?.code ?? status)).toEqual(["ok", code, "ok"]);
  });

  it.each<[string, unknown]>([
    ["no items", {}],
    ["an empty list", { items: [] }],
    ["an item without a task", { items: [{ image }] }],
    ["a task name that is too long", { items: [{ task: "x".repeat(MAX_TASK_NAME_CHARACTERS + 1), image }] }],
    ["an unknown field", { items: [{ task: "caption", image }], task: "caption" }],
    ["a stream", { items: [{ task: "caption", image }], stream: true }],
    ["too many items", { items: Array.from({ length: MAX_BATCH_ITEMS + 1 }, () => ({ task: "caption", image })) }],
  ])("rejects the whole request for %s", async (_, given) => {
    const { response, body, requests } = await batch(given);
    expect([response.status, body.code, requests.length]).toEqual([400, "invalid-request", 0]);
  });

  it("accepts the maximum number of items with the reference's settings", async () => {
    const item = { task: "more-detailed-caption", image: { base64: image }, beams: 3, max_new_tokens: 1024 };
    const { response } = await batch({ items: Array.from({ length: MAX_BATCH_ITEMS }, () => item) });
    expect(response.status).toBe(200);
  });

  it("refuses items that ask for too much together", async () => {
    const labels = Array.from({ length: 64 }, (_, at) => `label ${at}`);
    const item = { task: "open-vocabulary-detection", image: { base64: image }, labels, include: ["svg_path"] };
    const { body } = await batch({ items: Array.from({ length: MAX_BATCH_ITEMS }, () => item) });
    expect([body.status, body.code]).toEqual([422, "too-much-work"]);
  });

  it("rejects the whole request for an error that is no item's own", async () => {
    const { app } = fakeApp({ batch: () => Promise.reject(new Problem("request-cancelled", "gone")) });
    const body = JSON.stringify({ items: [{ task: "caption", image }] });
    const headers = { "content-type": "application/json" };
    expect((await app.request("/v1/batch", { method: "POST", headers, body })).status).toBe(499);
  });

  it("accepts only JSON", async () => {
    const { app } = fakeApp();
    const init = { method: "POST", headers: { "content-type": "image/png" }, body: "x" };
    expect((await app.request("/v1/batch", init)).status).toBe(415);
  });
});
