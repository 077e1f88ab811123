import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Backend, startBackend } from "../../bench/edge/backend.ts";
import { formatKey, keyHash, lastFour, newAccountId, newKey } from "../../src/accounts/key-codec.ts";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";
import { secureRandom } from "../support/any-key.ts";
import { moneyOf } from "../support/paid-app.ts";

let server: Server;
let backend: Backend;
let image: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  backend = await startBackend();
  const variables = { PLACEMENT: "remote", BACKEND_URL: backend.url, ACCOUNTS: "on", ADMIN_KEY: "k".repeat(32) };
  server = await serve(await bundle(), { port: 0, variables });
}, 60_000);
afterAll(async () => {
  await server.stop();
  backend.stop();
});

/** Opens an account with a key in the running API. */
async function open(credit: number) {
  const id = newAccountId(secureRandom);
  const ledger = await server.account(id);
  const parts = newKey({ mode: "test", account: id }, secureRandom);
  await ledger.create({ id, name: "Acme", mode: "prepaid", creditLimit: 0, capMonth: null });
  const stored = { id: parts.keyId, hash: await keyHash(parts), last4: lastFour(parts) };
  const terms = { scopes: ["infer"], rates: [{ name: "requests", requests: 1000, seconds: 60 }] };
  await ledger.createKey({ ...stored, name: "first", terms, expiresMs: null });
  if (credit > 0) await ledger.credit({ kind: "grant", ref: "first", amount: credit });
  const audit = async () => {
    const { balance, holds, violations, entries } = (await ledger.audit()) as Extract<
      Awaited<ReturnType<typeof ledger.audit>>,
      { readonly type: "audit" }
    >;
    return { balance, holds, violations, entries };
  };
  return { ledger, keyId: parts.keyId, key: formatKey(parts), audit };
}

function ask(
  key: string,
  path = "/v1/object-detection",
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
) {
  return fetch(new URL(path, server.url), {
    method: "POST",
    body: image,
    headers: { "content-type": "image/jpeg", authorization: `Bearer ${key}`, ...headers },
    ...(signal && { signal }),
  });
}

/** Waits until the expectations hold. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** Costs 600; no other number asks it. */
const question = (number: number): string => `/v1/caption-to-phrase-grounding?text=thing+${number}`;

const statusesOf = (responses: readonly Response[]) =>
  Object.fromEntries([...Map.groupBy(responses, ({ status }) => status)].map(([status, all]) => [status, all.length]));

describe("the built Worker with accounts", () => {
  it("answers a key for its price, and its repeats for nothing, without asking the account", async () => {
    const account = await open(10_000);
    const first = await ask(account.key);
    expect(moneyOf(first)).toEqual({ status: 200, charge: 600, isRepeat: false, balance: 9400 });
    expect(first.headers.get("ratelimit")).toMatch(/^"requests";r=999;t=\d+$/u);
    expect(first.headers.get("server-timing")).toContain("ledger;dur=");
    const again = await ask(account.key);
    expect(moneyOf(again)).toEqual({ status: 200, charge: 0, isRepeat: true, balance: undefined });
    expect(again.headers.get("server-timing")).not.toContain("ledger");
    expect(await again.text()).toBe(await first.text());
    expect(await account.audit()).toMatchObject({ balance: 9400, holds: 0, entries: 2, violations: [] });
  });

  it("asks for a key, and tells nobody which keys there are", async () => {
    expect((await fetch(new URL("/v1/caption", server.url), { method: "POST", body: image })).status).toBe(401);
    const stranger = newKey({ mode: "live", account: newAccountId(secureRandom) }, secureRandom);
    const { key } = await open(0);
    // The right account and key id with a wrong secret.
    const guessed = formatKey({ ...stranger, mode: "test", account: key.slice(8, 19), keyId: key.slice(19, 25) });
    const [one, other] = await Promise.all([ask(formatKey(stranger)), ask(guessed)]);
    const bodies = await Promise.all(
      [one, other].map(async (response) => ({ ...(await response.json()), request_id: "" })),
    );
    expect(bodies[0]).toMatchObject({ status: 401, code: "key-invalid" });
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it("charges 200 equal questions once, and calls the backend once", async () => {
    const account = await open(600);
    const before = backend.inferenceRequests();
    const responses = await Promise.all(Array.from({ length: 200 }, () => ask(account.key)));
    expect(statusesOf(responses)).toEqual({ 200: 200 });
    expect(responses.map((response) => moneyOf(response).charge).filter((charge) => charge !== 0)).toEqual([600]);
    expect(backend.inferenceRequests() - before).toBe(1);
    await eventually(async () => expect(await account.audit()).toMatchObject({ balance: 0, holds: 0, violations: [] }));
  });

  it("answers as many of 200 different questions as there is money for", async () => {
    const account = await open(7 * 600 + 1);
    const responses = await Promise.all(Array.from({ length: 200 }, (_, at) => ask(account.key, question(at))));
    expect(statusesOf(responses)).toEqual({ 200: 7, 402: 193 });
    await eventually(async () => expect(await account.audit()).toMatchObject({ balance: 1, holds: 0, violations: [] }));
  });

  it("streams what was paid before the first event, and tells what it cost after the last", async () => {
    const account = await open(10_000);
    const response = await ask(account.key, "/v1/object-detection?stream=true");
    expect(moneyOf(response)).toMatchObject({ status: 200, charge: 600 });
    expect((await response.text()).trim().split("\n\n").at(-1)).toMatch(
      /^event: charge\ndata: .*"charge_micro_usd":600/u,
    );
  });

  it("goes on for a caller who leaves, and settles", async () => {
    const account = await open(10_000);
    const caller = new AbortController();
    backend.delay(1000);
    const gone = ask(account.key, question(1), {}, caller.signal).catch(() => undefined);
    await eventually(async () => expect(await account.audit()).toMatchObject({ holds: 1, entries: 1 }));
    caller.abort();
    await gone;
    backend.delay(0);
    expect(await account.audit()).toMatchObject({ holds: 1, entries: 1 });
    await eventually(async () =>
      expect(await account.audit()).toMatchObject({ balance: 9400, holds: 0, violations: [] }),
    );
    expect(moneyOf(await ask(account.key, question(1)))).toMatchObject({ status: 200, charge: 0 });
  });

  it("refuses a revoked key at once where it costs", async () => {
    const account = await open(10_000);
    await ask(account.key);
    await account.ledger.revokeKey(account.keyId);
    expect((await ask(account.key, question(2))).status).toBe(401);
    expect((await ask(account.key)).status).toBe(401);
  });
});
