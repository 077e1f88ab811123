import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NewKey } from "../../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../../src/contract/admin-schemas.ts";
import { createAdminClient } from "../../../tools/accounts/admin-client.ts";
import { readSecret, signatureFault } from "../../../src/webhooks/signature.ts";
import { type KillableApi, startKillable } from "../../support/killable-api.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../../support/webhook-receiver.ts";

const ADMIN_KEY = "k".repeat(32);
const PATIENCE = { timeout: 60_000, interval: 100 };

/** Receivers that never answer, and jobs whose end is told to each: far more attempts than are made at once. */
const STALLED = { receivers: 4, jobs: 25 };

/** How much slower an account's jobs may be served while its receivers stall, in milliseconds: an object that waited for them would take 15 seconds. */
const SLOWER_MS = 2000;

let storage = "";
let api: KillableApi;

beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), "florence-edge-account-webhooks-"));
  api = await startKillable(storage, { ALLOW_HTTP_IMAGES: "true", ACCOUNTS: "on", ADMIN_KEY });
});
afterAll(async () => {
  await api.server.stop();
  await rm(storage, { recursive: true, force: true });
});

/** Opens an account, and asks with its key. */
async function openAccount(name: string) {
  const admin = createAdminClient(api.server.url.origin, ADMIN_KEY);
  const body = { name, money: "test" };
  const { id } = await admin.ask(Account, { method: "POST", path: "", body, idempotencyKey: name });
  await admin.ask(Granted, {
    method: "POST",
    path: `/${id}/grants`,
    body: { amount: 1_000_000 },
    idempotencyKey: name,
  });
  const scopes = ["infer", "usage:read", "keys:write"];
  const { key } = await admin.ask(NewKey, { method: "POST", path: `/${id}/keys`, body: { scopes } });
  const send = (method: string, path: string, json?: object) =>
    fetch(new URL(path, api.server.url), {
      method,
      headers: { authorization: `Bearer ${key}`, ...(json && { "content-type": "application/json" }) },
      ...(json && { body: JSON.stringify(json) }),
    });
  const ask = async (method: string, path: string, json?: object) => (await send(method, path, json)).json();
  const picture = await readFile("test/pictures/street.jpg");
  const later = async (query = ""): Promise<{ readonly id: string; readonly webhook_secret?: string }> => {
    const url = new URL(`/v1/caption?async=true${query}`, api.server.url);
    const headers = { authorization: `Bearer ${key}`, "content-type": "image/jpeg" };
    const response = await fetch(url, { method: "POST", headers, body: picture });
    expect(response.status).toBe(202);
    return response.json();
  };
  return { ask, later };
}

it(
  "an account's webhooks are told the end of its jobs, of no other's, and no list shows a secret",
  { timeout: 120_000 },
  async () => {
    await using receiver = await startWebhookReceiver();
    await using others = await startWebhookReceiver();
    const [owner, stranger] = [await openAccount("owner"), await openAccount("stranger")];
    const { secret } = await owner.ask("POST", "/v1/webhooks/secret");
    await owner.ask("POST", "/v1/webhooks", { url: receiver.url });
    await stranger.ask("POST", "/v1/webhooks", { url: others.url });
    const job = await owner.later(`&webhook=${encodeURIComponent(`${receiver.url}/named`)}`);
    expect(job.webhook_secret).toBeUndefined();
    await expect.poll(() => receiver.events.map(({ path }) => path).toSorted(), PATIENCE).toEqual(["/", "/named"]);
    for (const { body, headers, atMs } of receiver.events) {
      const secrets = [readSecret(secret) ?? new Uint8Array()];
      expect(await signatureFault(body, headers, { secrets, nowMs: atMs })).toBeUndefined();
      expect(JSON.parse(body)).toMatchObject({ type: "job.succeeded", data: { id: job.id, status: "succeeded" } });
    }
    const cancelled = await owner.later();
    await owner.ask("DELETE", `/v1/jobs/${cancelled.id}`);
    const ends = () =>
      receiver.events.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.id === cancelled.id);
    await expect.poll(ends, PATIENCE).toHaveLength(1);
    const lists = [await owner.ask("GET", "/v1/webhooks"), await owner.ask("GET", "/v1/webhooks/deliveries")];
    expect(JSON.stringify(lists)).not.toContain(secret.slice("whsec_".length, -1));
    const ofStranger = await stranger.ask("GET", `/v1/webhooks/deliveries?job=${job.id}`);
    expect([others.events, ofStranger]).toEqual([[], { deliveries: [], next: null }]);
  },
);

it("a test event tells how it went", { timeout: 60_000 }, async () => {
  await using receiver = await startWebhookReceiver();
  const { ask } = await openAccount("tester");
  const told = await ask("POST", "/v1/webhooks/test", { url: receiver.url });
  expect(told).toMatchObject({ type: "webhook.test", status: "delivered", last_status: 204 });
  expect(receiver.events).toMatchObject([{ id: told.id }]);
  const gone = await ask("POST", "/v1/webhooks/test", { url: "http://127.0.0.1:9/" });
  expect(gone).toMatchObject({ status: "failed", last_status: null, last_error: "unreachable" });
});

/** How long some work takes each time, the longest last, in milliseconds. */
async function durationsOf(times: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startMs = performance.now();
    await work();
    taken.push(performance.now() - startMs);
  }
  return taken.toSorted((one, other) => one - other);
}

it("receivers that never answer keep no job of their account from being served", { timeout: 240_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const { ask, later } = await openAccount("stalled");
  const stalled: WebhookReceiver[] = [];
  const before = await durationsOf(20, () => ask("GET", "/v1/jobs"));
  for (let number = 0; number < STALLED.receivers; number += 1) {
    const receiver = stack.use(await startWebhookReceiver());
    receiver.answer = () => {};
    stalled.push(receiver);
    await ask("POST", "/v1/webhooks", { url: receiver.url });
  }
  for (let number = 0; number < STALLED.jobs; number += 1) await later();
  await expect.poll(() => stalled.every(({ events }) => events.length >= 5), PATIENCE).toBe(true);
  const during = await durationsOf(20, () => ask("GET", "/v1/jobs"));
  expect(during.at(-1)).toBeLessThan((before.at(-1) ?? 0) + SLOWER_MS);
  await using quick = await startWebhookReceiver();
  await later(`&webhook=${encodeURIComponent(quick.url)}`);
  await expect.poll(() => quick.events.length, { timeout: 40_000, interval: 100 }).toBe(1);
});
