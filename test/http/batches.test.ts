import { describe, expect, it } from "vitest";

import {
  batchApp,
  createdBatch,
  paidBatchApp,
  postForm,
  refusalIn,
  sendBatch,
  sendFile,
} from "../support/batch-app.ts";
import { batchIn, batchLine, fileIn } from "../support/batch-world.ts";
import { street } from "../support/paid-requests.ts";

const image = btoa(String.fromCharCode(...street));
const one = batchLine("a");
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("a new batch", () => {
  it("has all keys of OpenAI's", async () => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, one));
    const created = world.time.now() / 1000;
    expect(await batchIn(await sendBatch(world, { input_file_id: id, metadata: { name: "first" } }))).toEqual({
      id: expect.stringMatching(/^batch_[0-9A-Za-z]{22}$/u),
      object: "batch",
      endpoint: "/v1/caption",
      errors: null,
      input_file_id: id,
      completion_window: "24h",
      status: "in_progress",
      output_file_id: null,
      error_file_id: null,
      created_at: created,
      in_progress_at: created,
      expires_at: created + 86_400,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: 1, completed: 0, failed: 0 },
      metadata: { name: "first" },
    });
  });

  it("is the same with the same Idempotency-Key, and another request with it is refused", async () => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, one));
    const headers = { "idempotency-key": "k" };
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => sendBatch(world, { input_file_id: id }, headers)),
    );
    const ids = await Promise.all(replies.map(async (reply) => (await batchIn(reply)).id));
    expect(new Set(ids).size).toBe(1);
    const other = await batchIn(await sendBatch(world, { input_file_id: id }));
    expect(other.id).not.toBe(ids[0]);
    // Where nobody owns a key, another request is another batch.
    const different = await batchIn(await sendBatch(world, { input_file_id: id, metadata: { a: "b" } }, headers));
    expect(ids).not.toContain(different.id);
  });

  it.each([
    ["no file", {}],
    ["another endpoint", { endpoint: "/v1/poetry" }],
    ["the endpoint of several images", { endpoint: "/v1/batch" }],
    ["another window", { completion_window: "1h" }],
    ["an unknown key", { priority: 1 }],
    [
      "too much metadata",
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, "v"])) },
    ],
    ["metadata that is no text", { metadata: { a: 1 } }],
  ])("is refused with %s", async (_, more) => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, one));
    const body = _ === "no file" ? {} : { input_file_id: id };
    expect(await refusalIn(await sendBatch(world, { ...body, ...more }))).toEqual([400, "invalid-request"]);
  });
});

describe("lists", () => {
  it("are refused without accounts: nobody owns anything", async () => {
    const { app } = batchApp();
    for (const path of ["/openai/v1/files", "/openai/v1/batches"]) {
      expect(await refusalIn(await app.request(path))).toEqual([403, "list-needs-account"]);
    }
  });

  it("have what an account has sent, page by page, newest first", async () => {
    const world = paidBatchApp();
    const { key } = await world.paid.open(10_000);
    const headers = bearer(key);
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      made.unshift((await createdBatch(world, [batchLine("a", { image })], { headers })).id);
      await world.batches.time.pass(1000);
    }
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more; after = seen.at(-1)) {
      const query = new URLSearchParams({ limit: "2", ...(after !== undefined && { after }) });
      const page = await (await world.app.request(`/openai/v1/batches?${query}`, { headers })).json();
      expect([page.first_id, page.last_id]).toEqual([page.data[0].id, page.data.at(-1).id]);
      seen.push(...page.data.map(({ id }: { readonly id: string }) => id));
      more = page.has_more;
    }
    expect(seen).toEqual(made);
    await world.batches.deliver();
    const filesOf = async (purpose: string) =>
      (await (await world.app.request(`/openai/v1/files?purpose=${purpose}&limit=100`, { headers })).json()).data;
    expect([(await filesOf("batch")).length, (await filesOf("batch_output")).length]).toEqual([5, 5]);
    expect((await world.app.request("/openai/v1/batches?limit=0", { headers })).status).toBe(400);
  });

  it("have full pages of files also where files in between have expired and a batch still reads them", async () => {
    const world = paidBatchApp();
    const { key } = await world.paid.open(10_000);
    const headers = bearer(key);
    const made: string[] = [];
    for (let each = 0; each < 5; each += 1) {
      const { id } = await fileIn(await sendFile(world, one, headers));
      made.unshift(id);
      await world.batches.time.moveTo(world.batches.time.now() + 1000);
    }
    const form = new FormData();
    form.set("purpose", "batch");
    form.set("expires_after[anchor]", "created_at");
    form.set("expires_after[seconds]", "3600");
    form.set("file", new Blob([one]), "lines.jsonl");
    const short = await fileIn(await postForm(world, form, headers));
    await sendBatch(world, { input_file_id: short.id }, headers);
    await world.batches.time.moveTo(world.batches.time.now() + 3_601_000);
    const page = async (query: string) => (await world.app.request(`/openai/v1/files?${query}`, { headers })).json();
    const first = await page("limit=3");
    expect([first.data.map(({ id }: { readonly id: string }) => id), first.has_more]).toEqual([made.slice(0, 3), true]);
    const second = await page(`limit=3&after=${made[2]}`);
    expect([second.data.map(({ id }: { readonly id: string }) => id), second.has_more]).toEqual([made.slice(3), false]);
  });
});
