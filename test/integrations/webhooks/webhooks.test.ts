import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NewKey } from "../../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../../src/contract/admin-schemas.ts";
import { createAdminClient } from "../../../tools/accounts/admin-client.ts";
import { startServer } from "../../../tools/ready-server.ts";
import { root } from "../../../tools/serve.ts";
import { freePort, type Receiver, receivers, startReceiver } from "./support/receivers.ts";

const ADMIN_KEY = "k".repeat(32);

/** A receiver that is not there at the first two attempts gets the fourth after 155 seconds. */
const PATIENCE = { timeout: 200_000, interval: 100 };

/** What each receiver says of one event: 500 at first, then its library finds nothing wrong with the same id. */
const FAILED_ONCE = [
  { fault: "", status: 500 },
  { fault: "", status: 204 },
];

let storage = "";
let picture: Uint8Array<ArrayBuffer>;
let owned: Awaited<ReturnType<typeof startServer>>;
let key = "";

beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), "florence-edge-receivers-"));
  picture = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  const variables = { ALLOW_HTTP_IMAGES: "true", ACCOUNTS: "on", ADMIN_KEY };
  owned = await startServer({ port: 0, storage, variables });
  const admin = createAdminClient(owned.url.origin, ADMIN_KEY);
  const { id } = await admin.ask(Account, {
    method: "POST",
    path: "",
    body: { name: "Acme", money: "test" },
    idempotencyKey: "a",
  });
  await admin.ask(Granted, { method: "POST", path: `/${id}/grants`, body: { amount: 100_000 }, idempotencyKey: "a" });
  const scopes = ["infer", "usage:read", "keys:write"];
  ({ key } = await admin.ask(NewKey, { method: "POST", path: `/${id}/keys`, body: { scopes } }));
});
afterAll(async () => {
  await owned?.stop();
  await rm(storage, { recursive: true, force: true });
});

async function send(path: string, body?: object) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) };
  const response = await fetch(new URL(path, owned.url), {
    method: "POST",
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(201);
  return response.json();
}

async function askLater(url: URL, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "image/jpeg", ...headers },
    body: picture,
  });
  expect(response.status).toBe(202);
  return response.json();
}

/** Waits until a receiver has taken so many events, and returns what it says of each. */
async function verdictsOf({ verdicts }: Receiver, events: number) {
  await expect.poll(() => verdicts.filter(({ status }) => status === 204).length, PATIENCE).toBe(events);
  return [...Map.groupBy(verdicts, ({ id }) => id).values()];
}

it("receivers of three libraries verify events, after a failure with the same id, and with either secret while one replaces the other", async () => {
  await using stack = new AsyncDisposableStack();
  const start = async (name: string, secret: string): Promise<Receiver> => {
    const receiver = stack.use(await startReceiver(name, secret, await freePort()));
    await send("/v1/webhooks", { url: receiver.url, events: ["job.succeeded"] });
    return receiver;
  };
  const startAll = (secret: string) => Promise.all(Object.keys(receivers).map((name) => start(name, secret)));
  const { secret: first } = await send("/v1/webhooks/secret");
  const withFirst = await startAll(first);
  const later = new URL("/v1/caption?async=true", owned.url);
  await askLater(later, { authorization: `Bearer ${key}` });
  for (const each of withFirst) expect(await verdictsOf(each, 1)).toMatchObject([FAILED_ONCE]);
  const { secret: second } = await send("/v1/webhooks/secret");
  const withSecond = await startAll(second);
  await askLater(later, { authorization: `Bearer ${key}` });
  for (const each of withFirst) expect(await verdictsOf(each, 2)).toMatchObject([FAILED_ONCE, FAILED_ONCE]);
  for (const each of withSecond) expect(await verdictsOf(each, 1)).toMatchObject([FAILED_ONCE]);
});

it.each(Object.keys(receivers))(
  "%s verifies the webhook of one request, without accounts",
  { timeout: 240_000 },
  async (name) => {
    await using stack = new AsyncDisposableStack();
    const server = await startServer({ port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
    stack.defer(() => server.stop());
    const port = await freePort();
    const later = new URL(`/v1/caption?async=true&webhook=http://127.0.0.1:${port}/`, server.url);
    const { webhook_secret: secret } = await askLater(later);
    const receiver = stack.use(await startReceiver(name, secret, port));
    expect(await verdictsOf(receiver, 1)).toMatchObject([FAILED_ONCE]);
  },
);
