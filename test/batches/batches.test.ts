import { describe, expect, it } from "vitest";
import { CHUNK_LINES } from "../../src/batches/file-index.ts";
import { LEASE_MS } from "../../src/batches/chunk-state.ts";
import { MAX_FLYING } from "../../src/batches/chunk-verbs.ts";
import { BATCH_SECONDS, KEPT_FILE_SECONDS } from "../../src/contract/batches.ts";
import { Problem } from "../../src/contract/problems.ts";
import { MAX_CALLERS_ATTEMPTS } from "../../src/jobs/retry.ts";
import { batchApp, batchAt, createdBatch, refusalIn, resultsIn, sendBatch, sendFile } from "../support/batch-app.ts";
import { batchLine, fileIn } from "../support/batch-world.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";

const HOUR = 3_600_000;
const answered = { answer: fakeAnswer, cache: cacheMiss, timings: {} };
const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => batchLine(`c${index}`));
const ids = (results: readonly { readonly custom_id: string | null }[]) => results.map(({ custom_id }) => custom_id);
const wanted = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`);

describe("a batch", () => {
  it("answers each line as a direct request is answered, and tells broken lines apart", async () => {
    const world = batchApp({
      answer: async ({ image }) => {
        if (image.kind === "base64" && image.text === "bad=") throw new Problem("image-corrupt", "It ends too early.");
        return answered;
      },
    });
    const all = [batchLine("a"), "", batchLine("b", { image: "bad=" }), '{"custom_id":"c"', batchLine("d")];
    const { id, status, request_counts: counts } = await createdBatch(world, all);
    expect([status, counts]).toEqual(["in_progress", { total: 4, completed: 0, failed: 0 }]);
    await world.deliver();
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 4, completed: 2, failed: 2 } });
    const direct = await world.app.request("/v1/caption", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ image: "aGVsbG8=" }),
    });
    const output = await resultsIn(world, batch.output_file_id);
    expect(ids(output)).toEqual(["a", "d"]);
    expect(output[0]).toEqual({
      id: `batch_req_${id.slice(6)}_1`,
      custom_id: "a",
      response: { status_code: 200, request_id: `${id}-1`, body: await direct.json() },
      error: null,
    });
    const errors = await resultsIn(world, batch.error_file_id);
    expect(errors.map(({ custom_id, response, error }) => [custom_id, response?.status_code, error?.code])).toEqual([
      ["b", 422, undefined],
      ["c", undefined, "line-invalid"],
    ]);
  });

  it("has at most so many chunks in the queue, and all lines in their order", async () => {
    const world = batchApp();
    const count = 10 * CHUNK_LINES + 1;
    const { id } = await createdBatch(world, lines(count));
    expect(world.queue.map(({ chunk }) => chunk)).toEqual(Array.from({ length: MAX_FLYING }, (_, index) => index));
    await world.deliver(3);
    expect(ids(await resultsIn(world, (await batchAt(world, id)).output_file_id))).toEqual(wanted(count));
  });

  it("asks the endpoints of OpenAI in their shape", async () => {
    const world = batchApp();
    const content = [{ type: "image_url", image_url: { url: "data:image/png;base64,aGVsbG8=" } }];
    const body = { model: "florence-2/caption", messages: [{ role: "user", content }] };
    const endpoint = "/v1/chat/completions";
    const { id } = await createdBatch(
      world,
      [batchLine("a", body, endpoint), batchLine("b", { model: "x" }, endpoint)],
      { endpoint },
    );
    await world.deliver();
    const { output_file_id: output, error_file_id: errors } = await batchAt(world, id);
    expect(await resultsIn(world, output)).toMatchObject([
      {
        custom_id: "a",
        response: { body: { object: "chat.completion", choices: [{ message: { content: "a cat" } }] } },
      },
    ]);
    expect(await resultsIn(world, errors)).toMatchObject([
      { custom_id: "b", response: { body: { error: { type: expect.any(String) } } }, error: null },
    ]);
  });

  it("waits while the backend is away for an hour: all its chunks, and few of them try", async () => {
    let isAway = true;
    const world = batchApp({
      answer: async () => {
        if (isAway) throw new Problem("backend-unavailable", "Not there.");
        return answered;
      },
    });
    const count = 8 * CHUNK_LINES;
    const { id } = await createdBatch(world, lines(count));
    await world.live(HOUR, 20_000);
    expect(await batchAt(world, id)).toMatchObject({
      status: "in_progress",
      request_counts: { completed: 0, failed: 0 },
    });
    expect(world.calls.length).toBeLessThan(MAX_FLYING * 40);
    isAway = false;
    await world.live(HOUR / 6);
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { completed: count, failed: 0 } });
    expect(ids(await resultsIn(world, batch.output_file_id)).toSorted()).toEqual(wanted(count).toSorted());
  });

  it("tries what a caller named some times, while the other lines go on, and asks no line again that has an answer", async () => {
    const asked: string[] = [];
    const world = batchApp({
      answer: async ({ image }) => {
        const name = image.kind === "url" ? image.url : "bytes";
        asked.push(name);
        if (name.endsWith("/gone.png")) throw new Problem("image-url-unreachable", "Nobody answers.");
        return answered;
      },
    });
    const gone = batchLine("gone", { image: "https://images.example.com/gone.png" });
    const { id } = await createdBatch(world, [gone, ...lines(40)]);
    await world.live(HOUR);
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 41, completed: 40, failed: 1 } });
    expect(asked.filter((name) => name !== "bytes")).toHaveLength(MAX_CALLERS_ATTEMPTS);
    expect(asked.filter((name) => name === "bytes")).toHaveLength(40);
    expect((await resultsIn(world, batch.error_file_id))[0]?.response?.status_code).toBe(424);
  });

  it("waits while the storage is away", async () => {
    const world = batchApp();
    const { id } = await createdBatch(world, lines(3));
    world.storage.fault = async () => {
      throw new Problem("storage-unavailable", "Away.");
    };
    await world.live(HOUR / 2);
    expect(await batchAt(world, id)).toMatchObject({
      status: "in_progress",
      request_counts: { completed: 0, failed: 0 },
    });
    world.storage.fault = async () => {};
    await world.live(HOUR / 6);
    expect(await batchAt(world, id)).toMatchObject({
      status: "completed",
      request_counts: { completed: 3, failed: 0 },
    });
  });

  it("goes on when the queue loses its messages, and when a process is lost without a word", async () => {
    const world = batchApp();
    const { id } = await createdBatch(world, lines(2 * CHUNK_LINES));
    world.queue.length = 0;
    await world.live(60_000);
    expect(await batchAt(world, id)).toMatchObject({
      status: "completed",
      request_counts: { completed: 2 * CHUNK_LINES },
    });
    let answers = 0;
    const stuck = batchApp({ answer: () => (answers++ < 5 ? Promise.resolve(answered) : new Promise(() => {})) });
    const other = await createdBatch(stuck, lines(10));
    stuck.take();
    await stuck.time.pass(1000);
    stuck.kill();
    answers = -1000;
    await stuck.live(2 * LEASE_MS);
    expect(await batchAt(stuck, other.id)).toMatchObject({
      status: "completed",
      request_counts: { completed: 10, failed: 0 },
    });
  });

  it("gives up lines that end the process each time, and says so", async () => {
    const world = batchApp({ answer: () => new Promise(() => {}) });
    const { id } = await createdBatch(world, lines(2));
    for (let lost = 0; lost < 11; lost += 1) {
      world.take();
      await world.time.pass(1000);
      world.kill();
      await world.time.pass(LEASE_MS);
    }
    await world.live(2 * LEASE_MS);
    const batch = await batchAt(world, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { completed: 0, failed: 2 } });
    expect((await resultsIn(world, batch.error_file_id)).map(({ error }) => error?.code)).toEqual([
      "job-abandoned",
      "job-abandoned",
    ]);
  });
});

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
    expect([...ids(errors), ...ids(await resultsIn(world, batch.output_file_id))].toSorted()).toEqual(
      wanted(CHUNK_LINES + 2).toSorted(),
    );
  });

  it("comes also if its file is gone from the storage, and its lines count as failed", async () => {
    const world = batchApp({ answer: async () => answered });
    const { id } = await createdBatch(world, lines(2));
    for (const name of [...world.objects.keys()]) world.objects.delete(name);
    await world.live(2 * BATCH_SECONDS * 1000 + HOUR, 300_000);
    expect(await batchAt(world, id)).toMatchObject({ status: "expired", request_counts: { completed: 0, failed: 2 } });
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
