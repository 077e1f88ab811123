import { describe, expect, it } from "vitest";
import { KEPT_JOB_SECONDS, MAX_JOB_WAIT_SECONDS, MAX_WAITING_JOBS } from "../../src/contract/jobs.ts";
import type { NewJob } from "../../src/contract/jobs-port.ts";
import { Problem } from "../../src/contract/problems.ts";
import { bookOf } from "../../src/jobs/ids.ts";
import { createdJob, type JobRow } from "../../src/jobs/job.ts";
import { storageAway } from "../support/job-world.ts";
import { jobIn, laterApp, ORIGIN } from "../support/later-app.ts";
import { sampleImage } from "../support/sample-images.ts";

type World = ReturnType<typeof laterApp>;
type Headers = Readonly<Record<string, string>>;

const jpeg = new Uint8Array(sampleImage("street.jpg"));
const HOUR = 3_600_000;

const ask = ({ app }: Pick<World, "app">, headers: Headers = {}) =>
  app.request(`${ORIGIN}/v1/caption`, {
    method: "POST",
    headers: { "content-type": "image/jpeg", prefer: "respond-async", ...headers },
    body: jpeg,
  });

async function accepted(world: World, headers: Headers = {}): Promise<string> {
  const response = await ask(world, headers);
  expect(response.status).toBe(202);
  return response.headers.get("location") ?? "";
}

const at = ({ app }: World, location: string, init: RequestInit = {}) => app.request(ORIGIN + location, init);
const cancel = (world: World, location: string) => at(world, location, { method: "DELETE" });

async function codeOf(response: Response | Promise<Response>): Promise<readonly [number, unknown]> {
  const { status, body } = { status: (await response).status, body: await (await response).json() };
  return [status, body.code];
}

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
    const location = await accepted(world);
    const waiting = await at(world, location);
    expect([waiting.status, waiting.headers.get("retry-after"), waiting.headers.get("cache-control")]).toEqual([
      200,
      "1",
      "no-store",
    ]);
    await world.deliver();
    const ended = await at(world, location);
    expect([ended.headers.has("retry-after"), (await jobIn(ended)).status]).toEqual([false, "succeeded"]);
  });

  it("has the problem of a job that has failed, with the id of the request that asked", async () => {
    const world = laterApp({ answer: () => Promise.reject(new Problem("image-corrupt", "The file ends too early.")) });
    const location = await accepted(world, { "x-request-id": "mine-1" });
    await world.deliver();
    expect(await jobIn(await at(world, location))).toMatchObject({
      status: "failed",
      result: null,
      problem: { code: "image-corrupt", detail: "The file ends too early.", request_id: "mine-1" },
    });
  });

  it("does not tell what stands in the way of a job that will be begun again", async () => {
    const world = laterApp({ answer: () => Promise.reject(new Problem("backend-unavailable", "Not ready.")) });
    const location = await accepted(world);
    await world.deliver();
    expect(await jobIn(await at(world, location))).toMatchObject({ status: "queued", problem: null });
  });

  it("waits for the end with Prefer: wait=N, and not longer than a minute", async () => {
    const world = laterApp();
    const location = await accepted(world);
    const waiting = at(world, location, { headers: { prefer: "wait=600" } });
    await world.time.pass(59_000);
    await world.deliver();
    const response = await waiting;
    expect([(await jobIn(response)).status, response.headers.get("preference-applied")]).toEqual([
      "succeeded",
      `wait=${MAX_JOB_WAIT_SECONDS}`,
    ]);
    const other = await accepted(world);
    const inVain = at(world, other, { headers: { prefer: "wait=600" } });
    await world.time.pass(60_000);
    expect((await jobIn(await inVain)).status).toBe("queued");
  });

  it("answers all who wait for one job, and at once for one that has ended", async () => {
    const world = laterApp();
    const location = await accepted(world);
    const waiting = Array.from({ length: 20 }, () => at(world, location, { headers: { prefer: "wait=60" } }));
    await world.time.pass(10);
    await world.deliver();
    const statuses = await Promise.all(waiting.map(async (each) => (await jobIn(await each)).status));
    expect(new Set(statuses)).toEqual(new Set(["succeeded"]));
    expect((await jobIn(await at(world, location, { headers: { prefer: "wait=60" } }))).status).toBe("succeeded");
  });

  it.each(["job_0000000000000000000000", "job_1", "upload_1", "job_00000000000000000000000000000000"])(
    "is unknown-job for %s",
    async (id) => {
      expect(await codeOf(at(laterApp(), `/v1/jobs/${id}`))).toEqual([404, "unknown-job"]);
    },
  );

  it("has no list without accounts", async () => {
    expect(await codeOf(at(laterApp(), "/v1/jobs"))).toEqual([403, "list-needs-account"]);
  });

  it.each([
    ["GET", "/v1/jobs"],
    ["GET", "/v1/jobs/job_0000000000000000000000"],
    ["DELETE", "/v1/jobs/job_0000000000000000000000"],
  ])("is jobs-unavailable where nothing is answered later: %s %s", async (method, path) => {
    const { app } = laterApp({}, { jobs: undefined });
    expect(await codeOf(app.request(ORIGIN + path, { method }))).toEqual([400, "jobs-unavailable"]);
  });
});

describe("DELETE /v1/jobs/{id}", () => {
  it("cancels a job that waits: it is never begun", async () => {
    const world = laterApp();
    const location = await accepted(world);
    expect(await jobIn(await cancel(world, location))).toMatchObject({
      status: "cancelled",
      result: null,
      problem: null,
    });
    await world.deliver();
    expect(world.requests).toHaveLength(0);
    expect((await jobIn(await cancel(world, location))).status).toBe("cancelled");
  });

  it("cancels one that runs: its work is ended and its answer dropped", async () => {
    const world = gatedApp();
    const location = await accepted(world);
    const running = world.deliver();
    await world.time.pass(1);
    expect((await jobIn(await at(world, location))).status).toBe("running");
    expect((await jobIn(await cancel(world, location))).status).toBe("cancelled");
    // It is told when it says that it still runs.
    await world.time.pass(20_000);
    await running;
    expect(world.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect((await jobIn(await at(world, location))).status).toBe("cancelled");
  });

  it("leaves one that has ended as it is", async () => {
    const world = laterApp();
    const location = await accepted(world);
    await world.deliver();
    const before = await (await at(world, location)).text();
    expect(await (await cancel(world, location)).text()).toBe(before);
  });

  it("is unknown-job for one that is not there", async () => {
    expect(await codeOf(cancel(laterApp(), "/v1/jobs/job_0000000000000000000000"))).toEqual([404, "unknown-job"]);
  });
});

describe("the limits", () => {
  const seed = (index: number): JobRow =>
    createdJob(
      {
        id: `job_0${String(index).padStart(21, "0")}`,
        fingerprint: "",
        requestId: "r",
        payer: null,
        task: "caption",
        request: { origin: ORIGIN, target: "/v1/caption", headers: {} },
        webhook: null,
        isFlat: false,
        bodyObject: `jobs/${index}`,
      },
      Date.UTC(2026, 11, 1),
    );

  it(`are ${MAX_WAITING_JOBS} jobs that have not ended, for each owner`, async () => {
    const world = laterApp();
    const job: NewJob = {
      payer: { account: "a", keyHash: "h" },
      idempotencyKey: undefined,
      fingerprint: "f",
      task: "caption",
      requestId: "r",
      request: { origin: ORIGIN, target: "/v1/caption", headers: {} },
      body: jpeg,
      isFlat: false,
    };
    const tables = world.books.tablesOf(bookOf("", "a"));
    for (let index = 0; index < MAX_WAITING_JOBS - 1; index += 1) tables.put(seed(index));
    await world.jobs.create(job);
    await expect(world.jobs.create(job)).rejects.toMatchObject({ code: "too-many-jobs" });
    expect(world.files.size).toBe(1);
    await world.jobs.create({ ...job, payer: { account: "b", keyHash: "h" } });
    await world.jobs.cancel(seed(0).id, { account: "a" });
    await world.jobs.create(job);
  });

  it("are told: a queue that takes nothing leaves nothing behind", async () => {
    const world = laterApp();
    world.books.faults.send = () => Promise.reject(new Error("Queue is full."));
    const all = await Promise.all(Array.from({ length: 5 }, () => codeOf(ask(world, { "idempotency-key": "k" }))));
    expect(all).toEqual(Array.from({ length: 5 }, () => [503, "queue-unavailable"]));
    expect([world.files.size, world.books.rows().length]).toEqual([0, 0]);
    world.books.faults.send = () => Promise.resolve();
    expect((await ask(world, { "idempotency-key": "k" })).status).toBe(202);
  });

  it("are told: a storage that is away, when a job is accepted and when its answer is read", async () => {
    const world = laterApp();
    world.storage.fault = storageAway;
    expect(await codeOf(ask(world))).toEqual([503, "storage-unavailable"]);
    expect(world.books.rows()).toEqual([]);
    world.storage.fault = () => Promise.resolve();
    const location = await accepted(world);
    await world.deliver();
    world.storage.fault = storageAway;
    expect(await codeOf(at(world, location))).toEqual([503, "storage-unavailable"]);
    world.storage.fault = () => Promise.resolve();
    expect((await jobIn(await at(world, location))).status).toBe("succeeded");
  });

  it.each(["get", "put"] as const)("are waited for: a storage that is away while a job runs (%s)", async (verb) => {
    const world = laterApp();
    const location = await accepted(world);
    world.storage.fault = (called) => (called === verb ? storageAway() : Promise.resolve());
    await world.deliver();
    world.storage.fault = () => Promise.resolve();
    expect((await jobIn(await at(world, location))).status).toBe("queued");
    await world.live(6000);
    expect((await jobIn(await at(world, location))).status).toBe("succeeded");
  });
});

describe("what is kept", () => {
  it("is the request until its answer, then the answer for a day, then nothing", async () => {
    const world = laterApp();
    const location = await accepted(world);
    expect([...world.files.keys()].map((name) => name.replace(/-.*/u, ""))).toEqual([`${location.slice(4)}/request`]);
    await world.deliver();
    await world.time.pass(10);
    expect([...world.files.keys()]).toEqual([`${location.slice(4)}/answer-1`]);
    await world.time.pass(KEPT_JOB_SECONDS * 1000 - 1000);
    expect((await at(world, location)).status).toBe(200);
    await world.time.pass(2000);
    expect(await codeOf(at(world, location))).toEqual([404, "unknown-job"]);
    expect([world.files.size, world.books.rows().length]).toEqual([0, 0]);
  });

  it("goes although the storage was away when its time came", async () => {
    const world = laterApp();
    await accepted(world);
    await world.deliver();
    await world.time.pass(24 * HOUR - 1000);
    world.books.faults.delete = storageAway;
    await world.time.pass(60_000);
    expect(world.books.rows()).toHaveLength(1);
    world.books.faults.delete = () => Promise.resolve();
    await world.time.pass(20_000);
    expect([world.files.size, world.books.rows().length]).toEqual([0, 0]);
  });

  it("is nothing of a job that was cancelled", async () => {
    const world = laterApp();
    await cancel(world, await accepted(world));
    await world.time.pass(10);
    expect(world.files.size).toBe(0);
    await world.time.pass(25 * HOUR);
    expect(world.books.rows()).toEqual([]);
  });
});
