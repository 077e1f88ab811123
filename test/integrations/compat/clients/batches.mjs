import { createReadStream } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { API, KEY, print } from "./asking.mjs";

const client = new OpenAI({ baseURL: `${API}/openai/v1`, apiKey: KEY });
const content = await readFile(process.env.LINES, "utf8");
const ended = new Set(["completed", "failed", "expired", "cancelled"]);

async function untilEnded(batch) {
  let current = batch;
  while (!ended.has(current.status)) {
    await sleep(200);
    current = await client.batches.retrieve(current.id);
  }
  return current;
}

async function linesOf(id) {
  const text = await (await client.files.content(id)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function errorOf(work) {
  return work().then(
    () => "none",
    (thrown) => `${thrown.constructor.name} ${thrown.status} ${thrown.code}`,
  );
}

const file = await client.files.create({ file: createReadStream(process.env.LINES), purpose: "batch" });
const create = (input_file_id) =>
  client.batches.create({
    input_file_id,
    endpoint: "/v1/caption",
    completion_window: "24h",
    metadata: { from: "node" },
  });
const created = await create(file.id);
const batch = await untilEnded(created);
const [output, errors] = [await linesOf(batch.output_file_id), await linesOf(batch.error_file_id)];

const folder = await mkdtemp(join(tmpdir(), "batches-"));
const twice = join(folder, "twice.jsonl");
await writeFile(twice, `${content.split("\n")[0]}\n${content.split("\n")[0]}\n`);
const doubled = await client.files.create({
  file: createReadStream(twice),
  purpose: "batch",
  expires_after: { anchor: "created_at", seconds: 3600 },
});
const failed = await create(doubled.id);
const cancelled = await client.batches.cancel((await create(file.id)).id);
const faults = [
  await errorOf(() => client.batches.retrieve(`batch_${"0".repeat(22)}`)),
  await errorOf(() => client.files.content(`file-${"0".repeat(22)}`)),
  await errorOf(() => client.files.create({ file: createReadStream(twice), purpose: "fine-tune" })),
];
const list = await client.batches.list({ limit: 2 }).then(
  ({ data }) => data.map(({ object }) => object),
  (thrown) => `${thrown.status} ${thrown.code}`,
);
await untilEnded(cancelled);
const deleted = await client.files.delete(doubled.id);
print({
  file: { bytes: file.bytes, purpose: file.purpose, filename: file.filename },
  batch: { status: batch.status, counts: batch.request_counts, metadata: batch.metadata },
  answered: output.map(({ custom_id }) => custom_id),
  refused: errors.map(({ custom_id, response, error }) => [
    custom_id,
    response?.status_code ?? null,
    error?.code ?? null,
  ]),
  first: output[0].response.body,
  same: (await (await client.files.content(file.id)).text()) === content,
  failed: [failed.status, failed.errors.data.map(({ code, line }) => [code, line])],
  cancelled: cancelled.status.startsWith("cancel"),
  deleted: deleted.deleted,
  lifetime: doubled.expires_at - doubled.created_at,
  faults,
  list,
});
