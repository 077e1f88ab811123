import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createJobTables } from "../../functions/job-sql/sql-tables.ts";
import type { JobStatus } from "../../src/contract/jobs.ts";
import { createdJob, type JobRow, type JobSeed } from "../../src/jobs/job.ts";
import { memoryJobTables } from "../support/memory-jobs.ts";

const bookOf = (name: string) => env.JOB_BOOKS.get(env.JOB_BOOKS.idFromName(name));

const seed = (id: string): JobSeed => ({
  id,
  fingerprint: "f",
  requestId: "r",
  payer: null,
  task: "caption",
  request: { origin: "https://a.example", target: "/v1/caption", headers: {} },
  webhook: null,
  isFlat: false,
  bodyObject: `jobs/${id}/request`,
});

const NOW = Date.UTC(2026, 11, 1);
const statuses: readonly JobStatus[] = ["queued", "running", "succeeded", "failed", "cancelled"];

const anyRow = fc
  .record({
    number: fc.nat(8),
    status: fc.constantFrom(...statuses),
    age: fc.nat(5),
    leaseMs: fc.nat(100_000),
    hasBody: fc.boolean(),
  })
  .map(({ number, status, age, leaseMs, hasBody }): JobRow => {
    const row = createdJob(seed(`job_${number}`), NOW - age);
    const endedMs = ["queued", "running"].includes(status) ? null : NOW;
    return { ...row, status, leaseMs: NOW + leaseMs, endedMs, bodyObject: hasBody ? row.bodyObject : null };
  });

const anyChange = fc.oneof(
  { weight: 4, arbitrary: anyRow.map((row) => ({ put: row, remove: "" })) },
  { weight: 1, arbitrary: fc.nat(8).map((number) => ({ put: undefined, remove: `job_${number}` })) },
);

it("the tables of a book in SQLite read as those in memory do, whatever was written", async () => {
  await runInDurableObject(bookOf("tables"), (_, { storage }) => {
    const property = fc.property(fc.array(anyChange, { maxLength: 20 }), (changes) => {
      const [stored, wanted] = [createJobTables(storage, () => NOW), memoryJobTables()];
      storage.sql.exec("DELETE FROM jobs");
      for (const { put, remove } of changes) {
        for (const tables of [stored, wanted]) {
          if (put === undefined) tables.remove(remove);
          else tables.put(put);
        }
      }
      const before = { createdMs: NOW - 2, id: "job_4" };
      for (const read of [
        (tables: typeof stored) => tables.find("job_3"),
        (tables: typeof stored) => tables.countOpen(),
        (tables: typeof stored) => tables.nextDueMs(),
        (tables: typeof stored) =>
          tables
            .due(NOW + 50_000, 100)
            .map(({ id }) => id)
            .toSorted(),
        (tables: typeof stored) => tables.page({ status: undefined, limit: 5, before: undefined }),
        (tables: typeof stored) => tables.page({ status: "queued", limit: 3, before }),
      ]) {
        expect(read(stored)).toEqual(read(wanted));
      }
    });
    fc.assert(property, { numRuns: 60 });
  });
});

it("a transaction of a book that fails leaves nothing", async () => {
  await runInDurableObject(bookOf("transaction"), (_, { storage }) => {
    const tables = createJobTables(storage, () => NOW);
    const broken = (): void => {
      tables.put(createdJob(seed("job_1"), NOW));
      throw new Error("broken");
    };
    expect(() => tables.transaction(broken)).toThrow("broken");
    expect(tables.find("job_1")).toBeUndefined();
  });
});

it("an object without a queue refuses jobs and keeps nothing of them", async () => {
  const book = bookOf("no queue");
  expect(await book.create(seed("job_1"))).toEqual({ type: "refused", code: "queue-unavailable" });
  expect(await book.get("job_1", 0)).toBeUndefined();
});

it("an object's alarm rings for its first job that is due, and is set again when the object starts", async () => {
  const book = bookOf("alarm");
  const row = createdJob(seed("job_1"), Date.now() + 3_600_000);
  await runInDurableObject(book, async (instance, { storage }) => {
    createJobTables(storage, () => NOW).put(row);
    expect(await storage.getAlarm()).toBeNull();
    await instance.cancel("job_2");
    expect(await storage.getAlarm()).toBe(row.sentMs + 15_000);
  });
});
