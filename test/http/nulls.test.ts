import { describe, expect, it } from "vitest";
import { AnalyzeAnswer } from "../../src/contract/analyze.ts";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { fakeApp } from "../support/fake-service.ts";

const headers = { "content-type": "application/json" };

async function post(path: string, body: unknown) {
  const { app, requests } = fakeApp();
  return { response: await app.request(path, { method: "POST", body: JSON.stringify(body), headers }), requests };
}

// CodeWithCJ/SparkyFitness#1540: language models and generated clients send null for what is not set.
describe("null in a JSON body", () => {
  it("means that an option is not set, so that the query's value counts", async () => {
    const body = { image: "QUJD", text: "a cat", beams: null, max_new_tokens: null, include: null, format: null };
    const { requests } = await post("/v1/caption-to-phrase-grounding?beams=2", body);
    expect(requests[0]?.options).toEqual({ text: "a cat", beams: 2 });
  });

  it.each([
    ["/v1/open-vocabulary-detection", { text: null, labels: ["cat"] }],
    ["/v1/region-to-category", { region: null, normalized_region: { x1: 0, y1: 0, x2: 1, y2: 1 } }],
    ["/v1/caption", { image: { url: "https://example.com/a.jpg", base64: null } }],
    ["/v1/caption", { text: null }],
  ])("means that a field is absent: %s %j", async (path, options) => {
    expect((await post(path, { image: "QUJD", ...options })).response.status).toBe(200);
  });

  it.each([
    ["/v1/caption", { image: null }, "image-required"],
    ["/v1/caption-to-phrase-grounding", { image: "QUJD", text: null }, "text-required"],
    ["/v1/region-to-category", { image: "QUJD", region: null }, "region-required"],
    ["/v1/region-to-category", { image: "QUJD", region: { x1: null, y1: 0, x2: 1, y2: 1 } }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { image: "QUJD", labels: [null] }, "invalid-request"],
    ["/v1/analyze", { image: "QUJD", tasks: null }, "invalid-request"],
    ["/v1/batch", { items: [null] }, "invalid-request"],
  ])("is as absent as a field that is not there: %s %j", async (path, body, code) => {
    expect(ProblemDetails.parse(await (await post(path, body)).response.json()).code).toBe(code);
  });

  it("means that an option of one of several tasks is not set", async () => {
    const item = { task: "caption", beams: null, stream: null, overlay: null };
    const { response: analyzed } = await post("/v1/analyze", { image: "QUJD", tasks: [item], stream: null });
    const { response: batched } = await post("/v1/batch", { items: [{ ...item, image: "QUJD" }], stream: null });
    for (const response of [analyzed, batched]) {
      expect(AnalyzeAnswer.parse(await response.json()).results.map(({ status }) => status)).toEqual(["ok"]);
    }
  });
});
