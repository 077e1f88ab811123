import { describe, expect, it } from "vitest";
import type { Job } from "../../src/client/florence.ts";
import { caption, fakeApi, type FakeHandler, lost, problem } from "../support/fake-api.ts";

const id = "job_3kTq9XfW0bYh2LsZ5cVn1A";
const address = `https://florence.test/v1/jobs/${id}`;
const bytes = new Uint8Array([1, 2, 3]);

function job(status: Job["status"], more: object = {}): FakeHandler {
  const body = { id, status, created_at: "2026-12-01T00:00:00.000Z", task: "caption", result: null, problem: null };
  const urls = { get: address, cancel: address };
  return () => Response.json({ ...body, urls, ...more }, { status: status === "queued" ? 202 : 200 });
}

const succeeded = job("succeeded", { result: caption });
const jobProblem = { code: "insufficient-credits", status: 402, title: "", detail: "None are left.", fix: "Add some." };
const failed = job("failed", { problem: { ...jobProblem, type: "", retryable: false, request_id: "r7", issues: [] } });

describe("florence.jobs.create()", () => {
  it("asks for the answer later, with a key that makes a repeat safe", async () => {
    const { florence, seen } = fakeApi([lost, job("queued")]);
    const handle = await florence.jobs.create("caption", bytes, { webhook: "https://me.test/hook", max_new_tokens: 9 });
    expect(handle).toMatchObject({ id, job: { status: "queued" }, webhookSecret: undefined });
    const [first, second] = seen;
    const query = new URLSearchParams(second?.path.split("?")[1]);
    expect(Object.fromEntries(query)).toEqual({ async: "true", webhook: "https://me.test/hook", max_new_tokens: "9" });
    expect(second?.body).toEqual(bytes);
    expect(first?.headers.get("idempotency-key")).toMatch(/^[0-9A-Za-z]{22}$/u);
    expect(second?.headers.get("idempotency-key")).toBe(first?.headers.get("idempotency-key"));
  });

  it("takes the caller's own key, and tells the secret of a job without an account", async () => {
    const { florence, seen } = fakeApi([job("queued", { webhook_secret: "whsec_x" })]);
    const handle = await florence.jobs.create("caption", "https://example.com/a.jpg", { idempotencyKey: "mine" });
    expect(seen[0]?.headers.get("idempotency-key")).toBe("mine");
    expect(JSON.parse(new TextDecoder().decode(seen[0]?.body))).toMatchObject({ async: true });
    expect(handle.webhookSecret).toBe("whsec_x");
  });

  it("asks for several tasks, and on several images", async () => {
    const { florence, seen } = fakeApi([job("queued")]);
    await florence.jobs.analyze(bytes, [{ task: "caption" }], { webhook: "https://me.test/hook" });
    await florence.jobs.batch([{ task: "caption", image: bytes }]);
    const bodies = seen.map(({ body }) => JSON.parse(new TextDecoder().decode(body)));
    expect(bodies).toEqual([
      { image: expect.anything(), tasks: [{ task: "caption" }], async: true, webhook: "https://me.test/hook" },
      { items: [{ task: "caption", image: expect.anything() }], async: true },
    ]);
    expect(seen.map(({ path }) => path)).toEqual(["/v1/analyze", "/v1/batch"]);
  });
});

describe("wait()", () => {
  it("waits with long polls until the job has ended, and tells each change", async () => {
    const { florence, seen } = fakeApi([job("queued"), job("queued"), job("running"), succeeded]);
    const handle = await florence.jobs.create("caption", bytes);
    const statuses: string[] = [];
    expect(await handle.wait({ onChange: ({ status }) => statuses.push(status) })).toEqual(caption);
    expect(statuses).toEqual(["running", "succeeded"]);
    expect(seen.slice(1).map(({ path, headers }) => [path, headers.get("prefer")])).toEqual(
      [1, 2, 3].map(() => [`/v1/jobs/${id}`, "wait=25"]),
    );
    expect(seen[1]?.headers.has("idempotency-key")).toBe(false);
  });

  it("goes on after lost connections and a busy server, and asks at most once a second", async () => {
    const answers = [job("queued"), lost, problem("overloaded", 503, true, { "retry-after": "4" }), job("queued")];
    const { florence, clock, seen } = fakeApi([...answers, succeeded]);
    const handle = await florence.jobs.create("caption", bytes);
    expect(await handle.wait({ maxRetries: 0 })).toEqual(caption);
    expect(clock.slept).toEqual([1000, 4000, 1000]);
    expect(seen).toHaveLength(5);
  });

  it("rejects with the problem of the job, or with job-cancelled", async () => {
    const { florence } = fakeApi([job("queued"), failed]);
    const handle = await florence.jobs.create("caption", bytes);
    await expect(handle.wait()).rejects.toMatchObject({
      code: "insufficient-credits",
      status: 402,
      fix: "Add some.",
      requestId: "r7",
    });
    const { florence: other } = fakeApi([job("queued"), job("cancelled")]);
    await expect((await other.jobs.create("caption", bytes)).wait()).rejects.toMatchObject({ code: "job-cancelled" });
  });

  it("rejects with what does not pass", async () => {
    const { florence, seen } = fakeApi([job("queued"), problem("unknown-job", 404, false)]);
    const handle = await florence.jobs.create("caption", bytes);
    await expect(handle.wait()).rejects.toMatchObject({ code: "unknown-job" });
    expect(seen).toHaveLength(2);
  });

  it("ends after its time, and by its signal", async () => {
    const { florence } = fakeApi([job("queued")]);
    const handle = await florence.jobs.create("caption", bytes);
    await expect(handle.wait({ timeoutMs: 3500 })).rejects.toMatchObject({ code: "timeout" });
    await expect(handle.wait({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    await expect(handle.wait({ timeoutMs: 0 })).rejects.toMatchObject({ code: "invalid-request" });
  });
});

describe("florence.jobs", () => {
  it("gets, lists, cancels and resumes jobs", async () => {
    const { florence, seen } = fakeApi([
      succeeded,
      () => Response.json({ jobs: [], next: null }),
      job("cancelled"),
      job("running"),
      succeeded,
      job("cancelled"),
    ]);
    expect(await florence.jobs.get(id)).toMatchObject({ id, status: "succeeded" });
    expect(await florence.jobs.list({ status: "failed", limit: 5 })).toEqual({ jobs: [], next: null });
    expect(await florence.jobs.cancel(id)).toMatchObject({ status: "cancelled" });
    const handle = await florence.jobs.resume(id);
    expect(await handle.wait()).toEqual(caption);
    expect(await handle.cancel()).toMatchObject({ status: "cancelled" });
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/jobs/${id}`,
      "GET /v1/jobs?status=failed&limit=5",
      `DELETE /v1/jobs/${id}`,
      `GET /v1/jobs/${id}`,
      `GET /v1/jobs/${id}`,
      `DELETE /v1/jobs/${id}`,
    ]);
  });

  it("asks with the key and headers of the call that created the job", async () => {
    const { florence, seen } = fakeApi([job("queued"), succeeded]);
    const handle = await florence.jobs.create("caption", bytes, { apiKey: "k", headers: { "x-tenant": "t" } });
    await handle.wait();
    expect(seen[1]?.headers.get("authorization")).toBe("Bearer k");
    expect(seen[1]?.headers.get("x-tenant")).toBe("t");
  });
});
