import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { ADMIN_KEY, openAccounts } from "../../../tools/fuzz/accounts.ts";
import { type Server, serve } from "../../../tools/serve.ts";

let [server, folder] = [undefined as Server | undefined, ""];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-webhooks-"));
  const variables = { ACCOUNTS: "on", ADMIN_KEY };
  server = await serve(await bundle(), { port: 0, storage: folder, variables });
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** Asks the API with a key, and returns the reply's JSON. */
async function ask(path: string, key: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${key}`);
  const response = await fetch(new URL(path, server?.url), { ...init, headers });
  return response.json();
}

function asJson(body: object): RequestInit {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

it("the webhooks of an account are told of a batch's end", async () => {
  if (server === undefined) throw new Error("The API has not started.");
  const { account } = await openAccounts(server.url);
  const scopes = ["infer", "usage:read", "keys:write"];
  const { key } = await ask(`/admin/v1/accounts/${account}/keys`, ADMIN_KEY, asJson({ scopes }));
  const url = "https://receiver.example.com/hook";
  await ask("/v1/webhooks", key, asJson({ url }));
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob(['{"custom_id":"a"\n']), "lines.jsonl");
  const { id: file } = await ask("/openai/v1/files", key, { method: "POST", body: form });
  const body = { input_file_id: file, endpoint: "/v1/caption", completion_window: "24h" };
  const { id } = await ask("/openai/v1/batches", key, asJson(body));
  await expect
    .poll(() => ask(`/v1/webhooks/deliveries?job=${id}`, key), { timeout: 20_000 })
    .toMatchObject({ deliveries: [{ type: "batch.completed", url, job: id }] });
  expect(await ask(`/openai/v1/batches/${id}`, key)).toMatchObject({ status: "completed" });
});
