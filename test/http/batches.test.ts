import { describe, expect, it } from "vitest";
import type { batchProblems } from "../../src/contract/batch-problems.ts";
import { MAX_FILE_BYTES, MAX_FILES, MAX_LINE_BYTES, MAX_OPEN_BATCHES } from "../../src/contract/batches.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { Problem } from "../../src/contract/problems.ts";
import {
  batchApp,
  batchAt,
  createdBatch,
  paidBatchApp,
  postForm,
  refusalIn,
  resultsIn,
  sendBatch,
  sendFile,
} from "../support/batch-app.ts";
import { batchIn, batchLine, fileIn } from "../support/batch-world.ts";
import { street } from "../support/paid-requests.ts";

const image = btoa(String.fromCharCode(...street));
const one = batchLine("a");
const UNKNOWN = "0".repeat(22);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Sends a form with these fields. */
function sendForm(world: ReturnType<typeof batchApp>, fields: readonly (readonly [string, string | Blob])[]) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, "lines.jsonl");
  }
  return postForm(world, form);
}

/** A file that is declared to have so many bytes, of which none are sent. */
function sendDeclared({ app }: ReturnType<typeof batchApp>, length: number) {
  const headers = { "content-type": "multipart/form-data; boundary=b", "content-length": String(length) };
  return app.request("/openai/v1/files", { method: "POST", headers, body: "--b--" });
}

describe("a file", () => {
  const file = new Blob([one]);

  it("is kept for a week, whichever field of the form comes first", async () => {
    const world = batchApp();
    for (const fields of [
      [
        ["purpose", "batch"],
        ["file", file],
      ],
      [
        ["file", file],
        ["purpose", "batch"],
      ],
    ] as const) {
      const sent = await fileIn(await sendForm(world, fields));
      expect(sent).toEqual({
        id: expect.stringMatching(/^file-[0-9A-Za-z]{22}$/u),
        object: "file",
        bytes: file.size,
        created_at: world.time.now() / 1000,
        expires_at: world.time.now() / 1000 + 7 * 86_400,
        filename: "lines.jsonl",
        purpose: "batch",
        status: "processed",
        status_details: null,
      });
      expect(await fileIn(await world.app.request(`/openai/v1/files/${sent.id}`))).toEqual(sent);
      const content = await world.app.request(`/openai/v1/files/${sent.id}/content`);
      expect([content.headers.get("content-length"), await content.text()]).toEqual([String(file.size), one]);
    }
  });

  it("ends when its sender wants it to", async () => {
    const world = batchApp();
    const fields = [
      ["purpose", "batch"],
      ["expires_after[anchor]", "created_at"],
      ["file", file],
    ] as const;
    const { id, expires_at: end } = await fileIn(
      await sendForm(world, [...fields, ["expires_after[seconds]", "3600"]]),
    );
    expect(end).toBe(world.time.now() / 1000 + 3600);
    await world.time.pass(3_600_000);
    expect(await refusalIn(await world.app.request(`/openai/v1/files/${id}`))).toEqual([404, "unknown-file"]);
    expect((await sendForm(world, [...fields, ["expires_after[seconds]", "60"]])).status).toBe(400);
  });

  it("passes in parts of one size, which are the whole", async () => {
    const world = batchApp();
    const content = `${batchLine("x".repeat(200), { image: "y".repeat(400_000) })}\n`.repeat(30);
    const { id, bytes } = await fileIn(await sendFile(world, content));
    expect(bytes).toBe(content.length);
    expect(world.partSizes).toEqual([5_242_880, 5_242_880, content.length - 2 * 5_242_880]);
    expect(await (await world.app.request(`/openai/v1/files/${id}/content`)).text()).toBe(content);
  });

  it.each<readonly [string, readonly (readonly [string, string | Blob])[]]>([
    ["no file", [["purpose", "batch"]]],
    ["no purpose", [["file", file]]],
    [
      "another purpose",
      [
        ["purpose", "fine-tune"],
        ["file", file],
      ],
    ],
    [
      "two files",
      [
        ["purpose", "batch"],
        ["file", file],
        ["file", file],
      ],
    ],
    [
      "a file in another field",
      [
        ["purpose", "batch"],
        ["image", file],
      ],
    ],
    [
      "another field",
      [
        ["purpose", "batch"],
        ["colour", "red"],
        ["file", file],
      ],
    ],
    [
      "a field that is too long",
      [
        ["purpose", "b".repeat(2000)],
        ["file", file],
      ],
    ],
  ])("is refused with %s", async (_, fields) => {
    const world = batchApp();
    expect(await refusalIn(await sendForm(world, fields))).toEqual([400, "invalid-request"]);
    expect([...world.objects.keys()]).toEqual([]);
  });

  it("is refused where it is no form, or breaks off", async () => {
    const world = batchApp();
    const send = (type: string, body: string) =>
      world.app.request("/openai/v1/files", { method: "POST", headers: { "content-type": type }, body });
    expect(await refusalIn(await send("application/json", "{}"))).toEqual([415, "unsupported-media-type"]);
    expect(await refusalIn(await send("multipart/form-data", "--b--"))).toEqual([400, "invalid-request"]);
    const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n{}';
    expect(await refusalIn(await send("multipart/form-data; boundary=b", part))).toEqual([400, "invalid-request"]);
    expect(world.objects.size).toBe(0);
  });

  it("has at most so many bytes, declared or not", async () => {
    const world = batchApp();
    expect(await refusalIn(await sendDeclared(world, MAX_FILE_BYTES + 100_000))).toEqual([413, "file-too-large"]);
    const piece = new Uint8Array(1_000_000).fill(0x78);
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    let pieces = 0;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
      pull: (controller) => {
        pieces += 1;
        controller.enqueue(piece);
      },
    });
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const init = { method: "POST", headers, body, duplex: "half" };
    expect(await refusalIn(await world.app.request("/openai/v1/files", init))).toEqual([413, "file-too-large"]);
    expect(pieces).toBeLessThan(MAX_FILE_BYTES / piece.length + 10);
    expect(world.objects.size).toBe(0);
  });
});

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
    expect(account.entries().toSorted()).toEqual([
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

async function codeOfLine(world: ReturnType<typeof batchApp>, line: string): Promise<readonly [number, string]> {
  const { id } = await createdBatch(world, [line]);
  await world.deliver();
  const { error_file_id: errors } = await batchAt(world, id);
  const [result] = await resultsIn(world, errors);
  return [400, result?.error?.code ?? ""];
}

/** What is refused so, for every problem that only batches have: a row that is missing does not compile. */
const provocations: Readonly<Record<keyof typeof batchProblems, () => Promise<readonly [number, string]>>> = {
  "batches-unavailable": async () =>
    refusalIn(await batchApp({}, { batches: undefined }).app.request(`/openai/v1/batches/batch_${UNKNOWN}`)),
  "unknown-file": async () => refusalIn(await batchApp().app.request(`/openai/v1/files/file-${UNKNOWN}`)),
  "unknown-batch": async () => refusalIn(await batchApp().app.request(`/openai/v1/batches/${"x".repeat(300)}`)),
  "file-in-use": async () => {
    const world = batchApp();
    const { input_file_id: file } = await createdBatch(world, [one]);
    return refusalIn(await world.app.request(`/openai/v1/files/${file}`, { method: "DELETE" }));
  },
  "file-too-large": async () => refusalIn(await sendDeclared(batchApp(), 300_000_000)),
  "too-many-batches": async () => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, one));
    for (let count = 0; count < MAX_OPEN_BATCHES; count += 1) await sendBatch(world, { input_file_id: id });
    return refusalIn(await sendBatch(world, { input_file_id: id }));
  },
  "line-invalid": () => codeOfLine(batchApp(), "{"),
  "line-too-long": () => codeOfLine(batchApp(), `{"custom_id":"a","body":"${"x".repeat(MAX_LINE_BYTES)}"}`),
  "batch-expired": async () => {
    const world = batchApp({ answer: () => Promise.reject(new Problem("backend-unavailable", "Away.")) });
    const { id } = await createdBatch(world, [one]);
    await world.live(25 * 3_600_000, 300_000);
    const [result] = await resultsIn(world, (await batchAt(world, id)).error_file_id);
    return [504, result?.error?.code ?? ""];
  },
};

it.each(Object.entries(provocations))("%s is provoked", async (code, provoke) => {
  const [status, found] = await provoke();
  expect(found).toBe(code);
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  if (!code.startsWith("line-")) expect(status).toBe(row?.status);
});

describe("where something is away or full", () => {
  it("a storage that is away is told as such", async () => {
    const world = batchApp();
    const { id } = await fileIn(await sendFile(world, one));
    world.storage.fault = () => Promise.reject(new Problem("storage-unavailable", "Away."));
    expect(await refusalIn(await sendFile(world, one))).toEqual([503, "storage-unavailable"]);
    expect(await refusalIn(await world.app.request(`/openai/v1/files/${id}/content`))).toEqual([
      503,
      "storage-unavailable",
    ]);
  });

  it("an account keeps at most so many files", async () => {
    const world = paidBatchApp();
    const { key } = await world.paid.open(0);
    for (let count = 0; count < MAX_FILES; count += 1) await sendFile(world, one, bearer(key));
    expect(await refusalIn(await sendFile(world, one, bearer(key)))).toEqual([429, "too-many-batches"]);
  });

  it("another method is told with the methods that there are", async () => {
    const response = await batchApp().app.request("/openai/v1/files", { method: "PUT" });
    expect([response.headers.get("allow"), await refusalIn(response)]).toEqual([
      "POST, GET, HEAD, OPTIONS",
      [405, "method-not-allowed"],
    ]);
  });
});
