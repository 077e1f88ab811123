import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { Problem } from "../../src/contract/problems.ts";
import { RETRY_AFTER_SECONDS } from "../../src/http/problem-response.ts";
import { fakeAnswer, fakeApp, fakeTasks } from "../support/fake-service.ts";

const image = { method: "POST", body: "x", headers: { "content-type": "image/png" } };

describe("the application", () => {
  it("responds to a task with the service's answer", async () => {
    const { app } = fakeApp();
    const response = await app.request("/v1/caption", image);
    expect(await response.json()).toEqual(fakeAnswer);
  });

  it.each([
    [
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ],
    ["anything else", undefined],
    [undefined, undefined],
  ])("passes on the request id and the trace context: %s", async (traceparent, passed) => {
    const { app, calls } = fakeApp();
    const headers = { ...image.headers, "x-request-id": "mine", ...(traceparent !== undefined && { traceparent }) };
    await app.request("/v1/caption", { ...image, headers });
    expect(calls).toMatchObject([{ trace: { requestId: "mine", traceparent: passed } }]);
  });

  it("lists the tasks with their paths", async () => {
    const { app } = fakeApp();
    const tasks = fakeTasks.map((task) => ({ ...task, path: `/v1/${task.name}` }));
    expect(await (await app.request("/v1/tasks")).json()).toEqual({ tasks });
  });

  it.each([
    ["/healthz", { status: "ok" }],
    ["/readyz", { status: "ok" }],
    ["/v1/models", { models: [{ id: "fake", revision: "1", dtype: "fp32", domain: "cats", image_size: 256 }] }],
  ])("responds to GET %s", async (path, body) => {
    const { app } = fakeApp();
    expect(await (await app.request(path)).json()).toEqual(body);
  });

  it.each([
    ["GET", "/v1/caption", 405, "method-not-allowed", "POST, OPTIONS"],
    ["DELETE", "/v1/caption", 405, "method-not-allowed", "POST, OPTIONS"],
    ["POST", "/v1/tasks", 405, "method-not-allowed", "GET, HEAD, OPTIONS"],
    ["POST", "/v1/vqa", 404, "unknown-task", null],
    ["GET", "/nothing", 404, "not-found", null],
  ])("rejects %s %s", async (method, path, status, code, allow) => {
    const { app } = fakeApp();
    const response = await app.request(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow);
    expect(ProblemDetails.parse(await response.json()).code).toBe(code);
  });

  it("rejects HEAD without a body if the path has no GET", async () => {
    const { app } = fakeApp();
    const response = await app.request("/v1/caption", { method: "HEAD" });
    expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([405, "POST, OPTIONS", ""]);
  });

  it.each(["/healthz", "/readyz", "/v1/tasks", "/v1/models", "/openapi.json"])(
    "responds to HEAD %s as to GET",
    async (path) => {
      const { app } = fakeApp();
      const [head, read] = [await app.request(path, { method: "HEAD" }), await app.request(path)];
      expect([head.status, [...head.headers], await head.text()]).toEqual([200, [...read.headers], ""]);
    },
  );

  it.each([
    ["/v1/caption", "POST, OPTIONS"],
    ["/v1/analyze", "POST, OPTIONS"],
    ["/v1/tasks", "GET, HEAD, OPTIONS"],
  ])("lists the methods of %s in Allow", async (path, allow) => {
    const { app } = fakeApp();
    const response = await app.request(path, { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, allow]);
  });
});

async function failing(thrown: unknown) {
  const { app, logged } = fakeApp({ answer: () => Promise.reject(thrown) });
  const response = await app.request("/v1/caption", image);
  return { response, body: await response.text(), logged };
}

describe("an error", () => {
  it("that is a bug reveals no details and is logged with its cause", async () => {
    const bug = new TypeError("secret is undefined");
    const { response, body, logged } = await failing(bug);
    expect(response.status).toBe(500);
    expect(body).not.toContain("secret");
    expect(ProblemDetails.parse(JSON.parse(body)).code).toBe("internal");
    expect(logged[0]?.cause).toBe(bug);
  });

  it("links to its explanation", async () => {
    const { app } = fakeApp();
    const { headers } = await app.request("/v1/vqa", image);
    expect(headers.get("link")).toBe('</errors#unknown-task>; rel="help"');
  });

  it("of the caller is not logged", async () => {
    const { response, logged } = await failing(new Problem("image-corrupt", "The picture ends too early."));
    expect(response.status).toBe(422);
    expect(logged).toEqual([]);
  });

  it("that is temporary has Retry-After", async () => {
    const { response } = await failing(new Problem("overloaded", "16 requests are waiting."));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, String(RETRY_AFTER_SECONDS)]);
  });

  it("of overload is not logged, since every caller would cause one", async () => {
    const { logged } = await failing(new Problem("overloaded", "65 requests are ahead in the queue."));
    expect(logged).toEqual([]);
  });

  it("of a connection that breaks within the body is request-cancelled", async () => {
    const { app } = fakeApp();
    const body = new ReadableStream({
      pull: (controller) => controller.error(new TypeError("Network connection lost.")),
    });
    const request = new Request("https://api.test/v1/caption", Object.assign({ duplex: "half" }, image, { body }));
    const response = await app.request(request);
    expect(ProblemDetails.parse(await response.json()).code).toBe("request-cancelled");
  });

  it("of a caller that went away is request-cancelled", async () => {
    const { body } = await failing(new DOMException("The client has disconnected", "AbortError"));
    expect(ProblemDetails.parse(JSON.parse(body)).code).toBe("request-cancelled");
  });
});

describe("the request id", () => {
  it("is generated if the caller sends none", async () => {
    const { app } = fakeApp();
    expect((await app.request("/healthz")).headers.get("x-request-id")).toBe("request-1");
  });

  it.each([
    ["a".repeat(255), "a".repeat(255)],
    ["a".repeat(256), "request-1"],
    ["Az09_-=", "Az09_-="],
    ["two words", "request-1"],
    ["a/b", "request-1"],
    ["<b>", "request-1"],
    ["", "request-1"],
  ])("is the caller's if it has up to 255 letters, digits, and `_-=`: %s", async (sent, given) => {
    const { app } = fakeApp();
    const { headers } = await app.request("/healthz", { headers: { "x-request-id": sent } });
    expect(headers.get("x-request-id")).toBe(given);
  });

  it("is the caller's if there is one, in problems too", async () => {
    const { app } = fakeApp();
    const response = await app.request("/nothing", { headers: { "x-request-id": "mine-7" } });
    expect(response.headers.get("x-request-id")).toBe("mine-7");
    expect(ProblemDetails.parse(await response.json()).request_id).toBe("mine-7");
  });
});
