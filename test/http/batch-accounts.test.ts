import { describe, expect, it } from "vitest";

import {
  batchAt,
  createdBatch,
  paidBatchApp,
  refusalIn,
  resultsIn,
  sendBatch,
  sendFile,
} from "../support/batch-app.ts";
import { byName, batchIn, batchLine, fileIn } from "../support/batch-world.ts";
import { street } from "../support/paid-requests.ts";

const image = btoa(String.fromCharCode(...street));
const one = batchLine("a");
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("with accounts", () => {
  it("a line costs half, an equal line and a repeat nothing, and a problem nothing", async () => {
    const world = paidBatchApp();
    const account = await world.paid.open(10_000);
    const headers = bearer(account.key);
    const lines = [
      batchLine("a", { image }),
      batchLine("b", { image }),
      batchLine("c", { image, beams: 1 }),
      batchLine("d", { image: "aGVsbG8=" }),
    ];
    const { id } = await createdBatch(world, lines, { headers });
    await world.batches.deliver();
    await world.settled();
    expect(await batchAt(world, id, headers)).toMatchObject({
      status: "completed",
      request_counts: { completed: 3, failed: 1 },
    });
    expect(account.entries().toSorted(byName)).toEqual([
      ["charge", -150],
      ["charge", -50],
    ]);
    await createdBatch(world, lines, { headers });
    await world.batches.deliver();
    await world.settled();
    expect([account.entries().length, account.holds(), await account.violations()]).toEqual([2, 0, []]);
  });

  it("lines do not count against the rates of the key", async () => {
    const world = paidBatchApp();
    const { key } = await world.paid.open(100_000, { rates: [{ name: "requests", requests: 2, seconds: 60 }] });
    const headers = bearer(key);
    const lines = Array.from({ length: 10 }, (_, index) =>
      batchLine(`c${index}`, { image, max_new_tokens: index + 1 }),
    );
    const { id } = await createdBatch(world, lines, { headers });
    await world.batches.deliver();
    expect((await batchAt(world, id, headers)).request_counts).toEqual({ total: 10, completed: 10, failed: 0 });
  });

  it("lines without money are told so, and so are those of a key that was revoked", async () => {
    const world = paidBatchApp();
    const poor = await world.paid.open(150);
    const headers = bearer(poor.key);
    const lines = [batchLine("a", { image }), batchLine("b", { image, beams: 2 })];
    const first = await createdBatch(world, lines, { headers });
    await world.batches.deliver();
    const { error_file_id: errors } = await batchAt(world, first.id, headers);
    expect((await resultsIn(world, errors, headers)).map(({ response }) => response?.status_code)).toEqual([402]);
    const revoked = await world.paid.open(10_000, {});
    const other = await createdBatch(world, lines, { headers: bearer(revoked.key) });
    await revoked.ledger.revokeKey(revoked.keyId);
    await world.batches.deliver();
    await world.settled();
    // Nobody can ask for it with this key any more.
    const row = world.batches.tablesOf(`account ${revoked.id}`).findBatch(other.id);
    expect([row?.status, row?.completed, row?.failed, revoked.entries()]).toEqual(["completed", 0, 2, []]);
  });

  it("what is another account's does not exist", async () => {
    const world = paidBatchApp();
    const [mine, theirs] = [await world.paid.open(10_000), await world.paid.open(10_000)];
    const batch = await createdBatch(world, [batchLine("a", { image })], { headers: bearer(mine.key) });
    await world.batches.deliver();
    const { output_file_id: output } = await batchAt(world, batch.id, bearer(mine.key));
    const headers = bearer(theirs.key);
    for (const [method, path, code] of [
      ["GET", `/openai/v1/batches/${batch.id}`, "unknown-batch"],
      ["POST", `/openai/v1/batches/${batch.id}/cancel`, "unknown-batch"],
      ["GET", `/openai/v1/files/${batch.input_file_id}`, "unknown-file"],
      ["GET", `/openai/v1/files/${batch.input_file_id}/content`, "unknown-file"],
      ["GET", `/openai/v1/files/${output}/content`, "unknown-file"],
      ["DELETE", `/openai/v1/files/${batch.input_file_id}`, "unknown-file"],
    ] as const) {
      expect(await refusalIn(await world.app.request(path, { method, headers }))).toEqual([404, code]);
    }
    const used = await sendBatch(world, { input_file_id: batch.input_file_id }, headers);
    expect(await refusalIn(used)).toEqual([404, "unknown-file"]);
    const list = await (await world.app.request("/openai/v1/batches", { headers })).json();
    expect(list.data).toEqual([]);
    expect((await world.app.request(`/openai/v1/batches/${batch.id}`)).status).toBe(401);
    expect((await sendFile(world, one)).status).toBe(401);
  });

  it("an Idempotency-Key belongs to one request of the account", async () => {
    const world = paidBatchApp();
    const { key } = await world.paid.open(10_000);
    const headers = { ...bearer(key), "idempotency-key": "k" };
    const { id } = await fileIn(await sendFile(world, one, headers));
    const first = await batchIn(await sendBatch(world, { input_file_id: id }, headers));
    expect((await batchIn(await sendBatch(world, { input_file_id: id }, headers))).id).toBe(first.id);
    const other = await sendBatch(world, { input_file_id: id, endpoint: "/v1/ocr" }, headers);
    expect(await refusalIn(other)).toEqual([422, "idempotency-key-reused"]);
  });
});
