import { describe, expect, it } from "vitest";
import { MAX_JOB_WAIT_SECONDS } from "../../src/contract/jobs.ts";
import { Problem } from "../../src/contract/problems.ts";
import { jobIn, laterApp } from "../support/later-app.ts";
import { acceptedAt, cancelAt, codeOf, jobAt } from "../support/later-requests.ts";

/** An answer that comes when the gate opens, and the signal of the request that waits for it. */
function gatedApp() {
  const gate = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const world = laterApp({
    answer: async (_request, { signal }) => {
      signals.push(signal);
      await Promise.race([
        gate.promise,
        new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
      ]);
      signal.throwIfAborted();
      throw new Problem("image-corrupt", "The file ends too early.");
    },
  });
  return { ...world, gate, signals };
}

describe("GET /v1/jobs/{id}", () => {
  it("says when to ask again, until the job has ended", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    const waiting = await jobAt(world, location);
    expect([waiting.status, waiting.headers.get("retry-after"), waiting.headers.get("cache-control")]).toEqual([
      200,
      "1",
      "no-store",
    ]);
    await world.deliver();
    const ended = await jobAt(world, location);
    expect([ended.headers.has("retry-after"), (await jobIn(ended)).status]).toEqual([false, "succeeded"]);
  });

  it("has the problem of a job that has failed, with the id of the request that asked", async () => {
    const world = laterApp({ answer: () => Promise.reject(new Problem("image-corrupt", "The file ends too early.")) });
    const location = await acceptedAt(world, { "x-request-id": "mine-1" });
    await world.deliver();
    expect(await jobIn(await jobAt(world, location))).toMatchObject({
      status: "failed",
      result: null,
      problem: { code: "image-corrupt", detail: "The file ends too early.", request_id: "mine-1" },
    });
  });

  it("does not tell what stands in the way of a job that will be begun again", async () => {
    const world = laterApp({ answer: () => Promise.reject(new Problem("backend-unavailable", "Not ready.")) });
    const location = await acceptedAt(world);
    await world.deliver();
    expect(await jobIn(await jobAt(world, location))).toMatchObject({ status: "queued", problem: null });
  });

  it("waits for the end with Prefer: wait=N, and not longer than a minute", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    const waiting = jobAt(world, location, { headers: { prefer: "wait=600" } });
    await world.time.pass(59_000);
    await world.deliver();
    const response = await waiting;
    expect([(await jobIn(response)).status, response.headers.get("preference-applied")]).toEqual([
      "succeeded",
      `wait=${MAX_JOB_WAIT_SECONDS}`,
    ]);
    const other = await acceptedAt(world);
    const inVain = jobAt(world, other, { headers: { prefer: "wait=600" } });
    await world.time.pass(60_000);
    expect((await jobIn(await inVain)).status).toBe("queued");
  });

  it("answers all who wait for one job, and at once for one that has ended", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    const waiting = Array.from({ length: 20 }, () => jobAt(world, location, { headers: { prefer: "wait=60" } }));
    await world.time.pass(10);
    await world.deliver();
    const statuses = await Promise.all(waiting.map(async (each) => (await jobIn(await each)).status));
    expect(new Set(statuses)).toEqual(new Set(["succeeded"]));
    expect((await jobIn(await jobAt(world, location, { headers: { prefer: "wait=60" } }))).status).toBe("succeeded");
  });

  it.each(["job_0000000000000000000000", "job_1", "upload_1", "job_00000000000000000000000000000000"])(
    "is unknown-job for %s",
    async (id) => {
      expect(await codeOf(jobAt(laterApp(), `/v1/jobs/${id}`))).toEqual([404, "unknown-job"]);
    },
  );

  it("has no list without accounts", async () => {
    expect(await codeOf(jobAt(laterApp(), "/v1/jobs"))).toEqual([403, "list-needs-account"]);
  });

  it.each([
    ["GET", "/v1/jobs"],
    ["GET", "/v1/jobs/job_0000000000000000000000"],
    ["DELETE", "/v1/jobs/job_0000000000000000000000"],
  ])("is jobs-unavailable where nothing is answered later: %s %s", async (method, path) => {
    const { app } = laterApp({}, { jobs: undefined });
    expect(await codeOf(jobAt({ app }, path, { method }))).toEqual([400, "jobs-unavailable"]);
  });
});

describe("DELETE /v1/jobs/{id}", () => {
  it("cancels a job that waits: it is never begun", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    expect(await jobIn(await cancelAt(world, location))).toMatchObject({
      status: "cancelled",
      result: null,
      problem: null,
    });
    await world.deliver();
    expect(world.requests).toHaveLength(0);
    expect((await jobIn(await cancelAt(world, location))).status).toBe("cancelled");
  });

  it("cancels one that runs: its work is ended and its answer dropped", async () => {
    const world = gatedApp();
    const location = await acceptedAt(world);
    const running = world.deliver();
    await world.time.pass(1);
    expect((await jobIn(await jobAt(world, location))).status).toBe("running");
    expect((await jobIn(await cancelAt(world, location))).status).toBe("cancelled");
    // It is told when it says that it still runs.
    await world.time.pass(20_000);
    await running;
    expect(world.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect((await jobIn(await jobAt(world, location))).status).toBe("cancelled");
  });

  it("leaves one that has ended as it is", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    await world.deliver();
    const before = await (await jobAt(world, location)).text();
    expect(await (await cancelAt(world, location)).text()).toBe(before);
  });

  it("is unknown-job for one that is not there", async () => {
    expect(await codeOf(cancelAt(laterApp(), "/v1/jobs/job_0000000000000000000000"))).toEqual([404, "unknown-job"]);
  });
});
