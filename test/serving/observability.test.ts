import { describe, expect, it } from "vitest";
import { logLine } from "../../src/serving/log-line.ts";
import type { Outcome } from "../../src/serving/outcome.ts";
import { ask, askStream, image, servingApp, street64, texts } from "../support/serving-app.ts";
import { TINY_ANSWER } from "../support/tiny-model.ts";

const request = { inputs: [image, texts("prompt", "a")] };
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("a request's id", () => {
  it("is the caller's in every reply", async () => {
    const { app, outcomes } = await servingApp();
    const headers = { "x-request-id": "mine-1" };
    const good = await ask(app, request, { headers });
    const bad = await ask(app, { inputs: [] }, { headers });
    const nowhere = await app.request("/nowhere", { headers });
    expect([good, bad, nowhere].map((each) => each.headers.get("x-request-id"))).toEqual([
      "mine-1",
      "mine-1",
      "mine-1",
    ]);
    expect(outcomes.map(({ requestId }) => requestId)).toEqual(["mine-1", "mine-1"]);
  });

  it.each([[undefined], ["a b"], ["x".repeat(300)], ['"}{"']])("is generated for %j", async (id) => {
    const { app } = await servingApp();
    const response = await ask(app, request, { headers: id === undefined ? {} : { "x-request-id": id } });
    expect(response.headers.get("x-request-id")).toBe("made-here");
  });
});

describe("the record of a request", () => {
  it("is one outcome, for success and failure", async () => {
    const { app, outcomes } = await servingApp();
    await ask(app, request, { headers: { traceparent } });
    await ask(app, { inputs: [] });
    await ask(app, request, { model: "someone/versions/7" });
    await (await askStream(app, { text_input: "a", image: street64 })).text();
    const common = { requestId: "made-here", ms: 0, traceparent: undefined, times: undefined, tokens: 0 };
    const times = { queue: 0, encode: 0, decode: 0 };
    const tokens = TINY_ANSWER.length;
    expect(outcomes).toEqual([
      { ...common, model: "florence2", operation: "infer", status: 200, times, tokens, traceparent },
      { ...common, model: "florence2", operation: "infer", status: 400, code: "invalid-request" },
      { ...common, model: "", operation: "infer", status: 404, code: "not-found" },
      { ...common, model: "florence2", operation: "generate_stream", status: 200, times, tokens },
    ]);
  });

  it("does not contain an invalid trace context", async () => {
    const { app, outcomes } = await servingApp();
    await ask(app, request, { headers: { traceparent: `${traceparent} and more` } });
    expect(outcomes).toMatchObject([{ traceparent: undefined }]);
  });
});

const outcome: Outcome = {
  requestId: "r",
  traceparent: undefined,
  model: "florence2",
  operation: "infer",
  status: 200,
  code: undefined,
  ms: 12.3456,
  times: { queue: 1.004, encode: 2, decode: 9.1 },
  tokens: 20,
  fault: undefined,
};

it("serves the metrics page unchanged", async () => {
  const { app } = await servingApp();
  const response = await app.request("/metrics");
  expect([await response.text(), response.headers.get("content-type")]).toEqual(["metrics", "text/plain"]);
});

describe("a log line", () => {
  it("is one line of JSON", () => {
    expect(JSON.parse(logLine(outcome, 0))).toEqual({
      time: "1970-01-01T00:00:00.000Z",
      level: "info",
      requestId: "r",
      model: "florence2",
      operation: "infer",
      status: 200,
      tokens: 20,
      ms: 12.35,
      queue_ms: 1,
      encode_ms: 2,
      decode_ms: 9.1,
    });
  });

  it("contains the stack of a fault, still on one line", () => {
    const line = logLine({ ...outcome, status: 500, code: "internal", fault: new Error("broken") }, 0);
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toMatchObject({ level: "error", error: expect.stringContaining("broken") });
  });

  it("contains no request content", async () => {
    const { app, outcomes } = await servingApp();
    const secret = "zebra";
    const headers = { traceparent: secret, "x-request-id": `${secret} ${secret}`, "user-agent": secret };
    const tensors = [texts("prompt", secret), texts(secret, secret), { ...image, name: "image_digest" }];
    for (const tensor of tensors) await ask(app, { id: secret, inputs: [image, tensor] }, { headers });
    await ask(app, request, { headers, model: secret });
    await askStream(app, { text_input: secret, image: secret, [secret]: secret });
    expect(outcomes).toHaveLength(5);
    expect(outcomes.map((each) => logLine(each, 0)).join("\n")).not.toContain(secret);
  });
});
