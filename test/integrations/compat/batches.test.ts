import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { type Api, type PaidApi, startApi, startPaidApi } from "./support/api.ts";
import { runClient } from "./support/run-client.ts";

const LINES = 1000;

/** The numbers of the lines that are broken: no JSON, no picture, another endpoint. */
const BROKEN = [17, 500, 998] as const;

const clients = [
  { name: "openai (npm)", program: "batches.mjs", from: "node" },
  { name: "openai (PyPI)", program: "batches.py", from: "python" },
] as const;

const small = join(root, "test/vectors/preprocess/small-33x33.png");

function lineOf(number: number, image: string): string {
  const id = { custom_id: `line-${number}` };
  if (number === BROKEN[0]) return JSON.stringify(id).slice(0, -1);
  const request = { ...id, method: "POST", url: number === BROKEN[2] ? "/v1/ocr" : "/v1/caption" };
  // A few different questions: the model need not work a thousand times.
  const body = { image: number === BROKEN[1] ? "aGVsbG8=" : image, max_new_tokens: 1 + (number % 5) };
  return JSON.stringify({ ...request, body });
}

/** What each client is to get. */
const expected = (from: string) => ({
  file: { purpose: "batch", filename: "lines.jsonl" },
  batch: { status: "completed", counts: { total: LINES, completed: LINES - 3, failed: 3 }, metadata: { from } },
  answered: Array.from({ length: LINES }, (_, number) => number)
    .filter((number) => !BROKEN.some((each) => each === number))
    .map((number) => `line-${number}`),
  refused: [
    ["line-17", null, "line-invalid"],
    ["line-500", 415, null],
    ["line-998", null, "line-invalid"],
  ],
  first: { type: "text", task: "caption", source: { width: 33, height: 33 } },
  same: true,
  failed: ["failed", [["duplicate-custom-id", 2]]],
  cancelled: true,
  deleted: true,
  lifetime: 3600,
  faults: ["NotFoundError 404 unknown-batch", "NotFoundError 404 unknown-file", "BadRequestError 400 invalid-request"],
});

describe("files and batches of clients of OpenAI", () => {
  let [api, paid, folder, file] = [undefined as Api | undefined, undefined as PaidApi | undefined, "", ""];
  beforeAll(async () => {
    api = await startApi();
    paid = await startPaidApi();
    folder = await mkdtemp(join(tmpdir(), "compat-batches-"));
    file = join(folder, "lines.jsonl");
    const image = (await readFile(small)).toString("base64");
    await writeFile(file, Array.from({ length: LINES }, (_, number) => `${lineOf(number, image)}\n`).join(""));
  });
  afterAll(async () => {
    await Promise.all([api?.stop(), paid?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const run = (client: (typeof clients)[number], { origin }: Api, key: string) =>
    runClient(client, { API: origin, KEY: key, PICTURE: small, LINES: file });

  it.each(clients)("$name gets 997 answers and 3 errors by custom_id", async (client) => {
    if (api === undefined) throw new Error("The API has not started.");
    expect(await run(client, api, "none")).toMatchObject({ ...expected(client.from), list: "403 list-needs-account" });
  });

  it.each(clients)("$name gets them with a key, and a list", async (client) => {
    if (paid === undefined) throw new Error("The API has not started.");
    expect(await run(client, paid, paid.rich)).toMatchObject({ ...expected(client.from), list: ["batch", "batch"] });
  });
});
