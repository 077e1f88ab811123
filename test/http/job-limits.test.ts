import { describe, expect, it } from "vitest";
import { KEPT_JOB_SECONDS, MAX_WAITING_JOBS } from "../../src/contract/jobs.ts";
import type { NewJob } from "../../src/contract/jobs-port.ts";
import { bookOf } from "../../src/jobs/ids.ts";
import { createdJob, type JobRow } from "../../src/jobs/job.ts";
import { storageAway } from "../support/job-world.ts";
import { jobIn, laterApp, ORIGIN } from "../support/later-app.ts";
import { acceptedAt, askLater, cancelAt, codeOf, jobAt, jpeg } from "../support/later-requests.ts";

const HOUR = 3_600_000;

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

describe("the limits", () => {
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
    const all = await Promise.all(Array.from({ length: 5 }, () => codeOf(askLater(world, { "idempotency-key": "k" }))));
    expect(all).toEqual(Array.from({ length: 5 }, () => [503, "queue-unavailable"]));
    expect([world.files.size, world.books.rows().length]).toEqual([0, 0]);
    world.books.faults.send = () => Promise.resolve();
    expect((await askLater(world, { "idempotency-key": "k" })).status).toBe(202);
  });

  it("are told: a storage that is away, when a job is accepted and when its answer is read", async () => {
    const world = laterApp();
    world.storage.fault = storageAway;
    expect(await codeOf(askLater(world))).toEqual([503, "storage-unavailable"]);
    expect(world.books.rows()).toEqual([]);
    world.storage.fault = () => Promise.resolve();
    const location = await acceptedAt(world);
    await world.deliver();
    world.storage.fault = storageAway;
    expect(await codeOf(jobAt(world, location))).toEqual([503, "storage-unavailable"]);
    world.storage.fault = () => Promise.resolve();
    expect((await jobIn(await jobAt(world, location))).status).toBe("succeeded");
  });

  it.each(["get", "put"] as const)("are waited for: a storage that is away while a job runs (%s)", async (verb) => {
    const world = laterApp();
    const location = await acceptedAt(world);
    world.storage.fault = (called) => (called === verb ? storageAway() : Promise.resolve());
    await world.deliver();
    world.storage.fault = () => Promise.resolve();
    expect((await jobIn(await jobAt(world, location))).status).toBe("queued");
    await world.live(6000);
    expect((await jobIn(await jobAt(world, location))).status).toBe("succeeded");
  });
});

describe("what is kept", () => {
  it("is the request until its answer, then the answer for a day, then nothing", async () => {
    const world = laterApp();
    const location = await acceptedAt(world);
    expect([...world.files.keys()].map((name) => name.replace(/-.*/u, ""))).toEqual([`${location.slice(4)}/request`]);
    await world.deliver();
    await world.time.pass(10);
    expect([...world.files.keys()]).toEqual([`${location.slice(4)}/answer-1`]);
    await world.time.pass(KEPT_JOB_SECONDS * 1000 - 1000);
    expect((await jobAt(world, location)).status).toBe(200);
    await world.time.pass(2000);
    expect(await codeOf(jobAt(world, location))).toEqual([404, "unknown-job"]);
    expect([world.files.size, world.books.rows().length]).toEqual([0, 0]);
  });

  it("goes although the storage was away when its time came", async () => {
    const world = laterApp();
    await acceptedAt(world);
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
    await cancelAt(world, await acceptedAt(world));
    await world.time.pass(10);
    expect(world.files.size).toBe(0);
    await world.time.pass(25 * HOUR);
    expect(world.books.rows()).toEqual([]);
  });
});
