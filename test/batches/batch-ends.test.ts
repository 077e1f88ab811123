import { describe, expect, it } from "vitest";
import { CHUNK_LINES } from "../../src/batches/file-index.ts";
import { LEASE_MS } from "../../src/batches/chunk-state.ts";
import { MAX_FLYING } from "../../src/batches/chunk-verbs.ts";
import { BATCH_SECONDS, KEPT_FILE_SECONDS } from "../../src/contract/batches.ts";
import { Problem } from "../../src/contract/problems.ts";

import {
  batchApp,
  batchAt,
  createdBatch,
  paidBatchApp,
  refusalIn,
  resultsIn,
  sendBatch,
  sendFile,
} from "../support/batch-app.ts";
import { byName, batchLine, fileIn } from "../support/batch-world.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";

const HOUR = 3_600_000;
const answered = { answer: fakeAnswer, cache: cacheMiss, timings: {} };
const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => batchLine(`c${index}`));
const ids = (results: readonly { readonly custom_id: string | null }[]) => results.map(({ custom_id }) => custom_id);
const wanted = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`);

describe("the end of a batch", () => {
  it("comes after a day: what was answered is kept, and the other lines are told as expired", async () => {
    let left = 3;
    const world = batchApp({
      answer: async () => {
        left -= 1;
        if (left < 0) throw new Problem("backend-unavailable", "Not there.");
        return answered;
      },
    });
    const { id } = await createdBatch(world, lines(CHUNK_LINES + 2));
    await world.live(BATCH_SECONDS * 1000 + 600_000, 300_000);
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({ status: "expired", request_counts: { completed: 3, failed: CHUNK_LINES - 1 } });
    expect([batch.expired_at, batch.completed_at]).toEqual([expect.any(Number), null]);
    const errors = await resultsIn(world, batch.error_file_id);
    expect(new Set(errors.map(({ error }) => error?.code))).toEqual(new Set(["batch-expired"]));
    expect([...ids(errors), ...ids(await resultsIn(world, batch.output_file_id))].toSorted(byName)).toEqual(
      wanted(CHUNK_LINES + 2).toSorted(byName),
    );
  });

  it("comes also if its file is gone from the storage, and its lines count as failed", async () => {
    const world = batchApp({ answer: async () => answered });
    const { id } = await createdBatch(world, lines(2));
    for (const name of world.objects.keys()) world.objects.delete(name);
    await world.live(2 * BATCH_SECONDS * 1000 + HOUR, 300_000);
    expect(await batchAt(world, id)).toMatchObject({ status: "expired", request_counts: { completed: 0, failed: 2 } });
  });

  it("stops what is at work when the day is over, between two lines", async () => {
    const gates: (() => void)[] = [];
    let isStuck = false;
    const world = batchApp({
      answer: () => {
        if (!isStuck) return Promise.reject(new Problem("backend-unavailable", "Not there."));
        return new Promise((resolve) => gates.push(() => resolve(answered)));
      },
    });
    const { id } = await createdBatch(world, lines(CHUNK_LINES));
    await world.live(BATCH_SECONDS * 1000 - 900_000, 300_000);
    isStuck = true;
    await world.live(900_000 + LEASE_MS, 20_000);
    expect([(await batchAt(world, id)).status, gates.length]).toEqual(["finalizing", 1]);
    for (const open of gates) open();
    await world.live(2 * LEASE_MS);
    expect(await batchAt(world, id)).toMatchObject({
      status: "expired",
      request_counts: { completed: 1, failed: CHUNK_LINES - 1 },
    });
    expect(gates).toHaveLength(1);
  });

  it("comes when it is cancelled: what is asked is answered and kept, and nothing else is asked", async () => {
    const gates: (() => void)[] = [];
    const world = batchApp({
      answer: () => new Promise((resolve) => gates.push(() => resolve(answered))),
    });
    const { id } = await createdBatch(world, lines(8 * CHUNK_LINES));
    world.take();
    await world.time.pass(1000);
    const cancel = () => world.app.request(`/openai/v1/batches/${id}/cancel`, { method: "POST" });
    expect(await (await cancel()).json()).toMatchObject({ status: "cancelling", cancelling_at: expect.any(Number) });
    await world.time.pass(LEASE_MS / 2);
    for (const open of gates) open();
    await world.time.pass(1000);
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({
      status: "cancelled",
      request_counts: { completed: MAX_FLYING, failed: 0 },
      completed_at: null,
    });
    expect(await resultsIn(world, batch.output_file_id)).toHaveLength(MAX_FLYING);
    expect([gates.length, world.queue]).toEqual([MAX_FLYING, []]);
    expect(await (await cancel()).json()).toEqual(batch);
  });

  it("comes at once when it is cancelled while nothing is asked, or with its process", async () => {
    const world = batchApp();
    const { id } = await createdBatch(world, lines(100));
    await world.app.request(`/openai/v1/batches/${id}/cancel`, { method: "POST" });
    expect(await batchAt(world, id)).toMatchObject({ status: "cancelled", output_file_id: null, error_file_id: null });
    const stuck = batchApp({ answer: () => new Promise(() => {}) });
    const other = await createdBatch(stuck, lines(100));
    stuck.take();
    await stuck.time.pass(1000);
    stuck.kill();
    await stuck.app.request(`/openai/v1/batches/${other.id}/cancel`, { method: "POST" });
    await stuck.live(2 * LEASE_MS);
    expect(await batchAt(stuck, other.id)).toMatchObject({ status: "cancelled" });
  });

  it.each([
    ["no lines", "\n", "empty-file"],
    ["a custom_id twice", `${batchLine("a")}\n${batchLine("a")}`, "duplicate-custom-id"],
  ])("comes before its beginning with %s", async (_, content, code) => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, content));
    const batch = await (await sendBatch(world, { input_file_id: id })).json();
    expect(batch).toMatchObject({
      status: "failed",
      in_progress_at: null,
      failed_at: expect.any(Number),
      errors: { object: "list", data: [{ code }] },
    });
    expect(world.queue).toEqual([]);
  });
});

describe("what is kept", () => {
  it("is deleted after a week, with its rows", async () => {
    const world = batchApp();
    const { id } = await createdBatch(world, lines(3));
    await world.deliver();
    const { output_file_id: output } = await batchAt(world, id);
    await world.live(KEPT_FILE_SECONDS * 1000 + HOUR, HOUR);
    expect(await refusalIn(await world.app.request(`/openai/v1/batches/${id}`))).toEqual([404, "unknown-batch"]);
    expect(await refusalIn(await world.app.request(`/openai/v1/files/${output}/content`))).toEqual([
      404,
      "unknown-file",
    ]);
    expect([...world.objects.keys()]).toEqual([]);
    expect([...world.tables.values()].every((each) => each.isEmpty())).toBe(true);
  });

  it("is deleted later, while the storage is away", async () => {
    const world = batchApp();
    await createdBatch(world, lines(3));
    await world.deliver();
    world.storage.fault = () => Promise.reject(new Error("Away."));
    await world.live(KEPT_FILE_SECONDS * 1000 + 60_000, HOUR);
    expect(world.objects.size).toBeGreaterThan(0);
    world.storage.fault = async () => {};
    await world.live(60_000);
    expect([...world.objects.keys()]).toEqual([]);
  });

  it("ends for a file when it is deleted, but not while a batch reads it", async () => {
    const world = batchApp();
    const { id, input_file_id: file } = await createdBatch(world, lines(3));
    const remove = () => world.app.request(`/openai/v1/files/${file}`, { method: "DELETE" });
    expect(await refusalIn(await remove())).toEqual([409, "file-in-use"]);
    await world.deliver();
    expect(await (await remove()).json()).toEqual({ id: file, object: "file", deleted: true });
    expect(await refusalIn(await remove())).toEqual([404, "unknown-file"]);
    await world.live(60_000);
    expect([...world.objects.keys()].filter((name) => name.startsWith("files/"))).toEqual([]);
    expect((await batchAt(world, id)).status).toBe("completed");
  });
});

describe("the end of an account's batch", () => {
  it("is told to its webhooks, again until that is certain, and the batch is deleted after its week all the same", async () => {
    const { batches: world, ...app } = paidBatchApp();
    const { key } = await app.paid.open(10_000);
    const headers = { authorization: `Bearer ${key}` };
    let faults = 2;
    world.telling.fault = async () => {
      faults -= 1;
      if (faults >= 0) throw new Error("The book of jobs did not reply.");
    };
    const { id } = await createdBatch(app, lines(1), { headers });
    await world.live(60_000);
    expect(world.told).toMatchObject([{ id, status: "completed" }]);
    await world.live((KEPT_FILE_SECONDS + 60) * 1000, HOUR);
    expect(world.told).toHaveLength(1);
    expect((await app.app.request(`/openai/v1/batches/${id}`, { headers })).status).toBe(404);
  });

  it("is told nobody where there are no accounts", async () => {
    const world = batchApp({ answer: async () => answered });
    await createdBatch(world, lines(1));
    await world.live(60_000);
    expect(world.told).toEqual([]);
  });
});
