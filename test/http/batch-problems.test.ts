import { describe, expect, it } from "vitest";
import type { batchProblems } from "../../src/contract/batch-problems.ts";
import { MAX_FILES, MAX_LINE_BYTES, MAX_OPEN_BATCHES } from "../../src/contract/batches.ts";
import { problems } from "../../src/contract/problem-table.ts";
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
import { batchLine, fileIn } from "../support/batch-world.ts";

const one = batchLine("a");
const UNKNOWN = "0".repeat(22);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** A file that is declared to have so many bytes, of which none are sent. */
function sendDeclared({ app }: ReturnType<typeof batchApp>, length: number) {
  const headers = { "content-type": "multipart/form-data; boundary=b", "content-length": String(length) };
  return app.request("/openai/v1/files", { method: "POST", headers, body: "--b--" });
}

/** The code of a line's error. It has no status of its own: that of its row is returned. */
async function codeOfLine(status: number, line: string): Promise<readonly [number, string]> {
  const world = batchApp();
  const { id } = await createdBatch(world, [line]);
  await world.deliver();
  const { error_file_id: errors } = await batchAt(world, id);
  const [result] = await resultsIn(world, errors);
  return [status, result?.error?.code ?? ""];
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
  "line-invalid": () => codeOfLine(400, "{"),
  "line-too-long": () => codeOfLine(413, `{"custom_id":"a","body":"${"x".repeat(MAX_LINE_BYTES)}"}`),
  "batch-expired": async () => {
    const world = batchApp({ answer: () => Promise.reject(new Problem("backend-unavailable", "Away.")) });
    const { id } = await createdBatch(world, [one]);
    await world.live(25 * 3_600_000, 300_000);
    const [result] = await resultsIn(world, (await batchAt(world, id)).error_file_id);
    return [504, result?.error?.code ?? ""];
  },
};

it.each(Object.entries(provocations))("%s is provoked", async (code, provoke) => {
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  expect(await provoke()).toEqual([row?.status, code]);
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
