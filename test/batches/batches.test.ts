import { describe, expect, it } from "vitest";
import { CHUNK_LINES } from "../../src/batches/file-index.ts";
import { LEASE_MS } from "../../src/batches/chunk-state.ts";
import { MAX_FLYING } from "../../src/batches/chunk-verbs.ts";

import { Problem } from "../../src/contract/problems.ts";
import { MAX_CALLERS_ATTEMPTS } from "../../src/jobs/retry.ts";
import { batchApp, batchAt, createdBatch, resultsIn } from "../support/batch-app.ts";
import { byName, batchLine } from "../support/batch-world.ts";
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
    expect(ids(await resultsIn(world, batch.output_file_id)).toSorted(byName)).toEqual(wanted(count).toSorted(byName));
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
