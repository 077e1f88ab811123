import { describe, expect, it } from "vitest";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";
import { REPEAT_SECONDS } from "../../src/contract/pricing.ts";
import { promptPrice } from "../../src/contract/prices.ts";
import { ADMIN_KEY, fakeAccountsApp, strangersKey } from "../support/fake-accounts.ts";
import { fakeApp } from "../support/fake-service.ts";

const CHARGE = `chg_${"0".repeat(31)}1`;
const image = "QUJD";

describe("GET /v1/pricing", () => {
  it("tells the prices without a key, and how long a repeat is free as the ledger keeps it", async () => {
    const { json } = fakeAccountsApp();
    const { status, body } = await json("GET", "/v1/pricing");
    expect([status, body.unit, body.rules]).toEqual([
      200,
      "usd-micro",
      { failed: 0, repeat: 0, repeat_seconds: PAID_MS / 1000 },
    ]);
    expect(REPEAT_SECONDS * 1000).toBe(PAID_MS);
    expect(body.tasks).toContainEqual({
      task: "caption",
      path: "/v1/caption",
      per_unit: 100,
      price: promptPrice("caption", {}),
    });
  });
});

describe("POST /v1/quote", () => {
  const { json } = fakeAccountsApp();
  const quote = (body: unknown) => json("POST", "/v1/quote", { body });

  it.each([
    [{ task: "caption" }, 300],
    [{ task: "caption", beams: 1 }, 100],
    [{ task: "caption", image, beams: 5, max_new_tokens: 1024 }, 2000],
    [{ task: "open-vocabulary-detection", labels: ["cat", "dog"] }, 2 * promptPrice("open-vocabulary-detection", {})],
    [{ tasks: [{ task: "caption" }, { task: "caption", beams: 1 }] }, 400],
    [{ image, tasks: [{ task: "caption" }] }, 300],
    [{ items: [{ task: "caption", image }, { task: "caption" }] }, 600],
  ])("says what %j costs", async (body, price) => {
    const { status, body: reply } = await quote(body);
    expect([status, reply.price]).toEqual([200, price]);
    const sum = reply.items.reduce((total: number, item: { price: number }) => total + item.price, 0);
    expect(sum).toBe(price);
    expect(reply.batch_price).toBe(price / 2);
  });

  it("has the problem of one of several items, which costs nothing", async () => {
    const { status, body } = await quote({
      tasks: [{ task: "vqa" }, { task: "caption", beams: 9 }, { task: "caption" }],
    });
    expect([status, body.price]).toEqual([200, 300]);
    expect(body.items.map(({ problem }: { problem: { code: string } | null }) => problem?.code ?? null)).toEqual([
      "unknown-task",
      "invalid-request",
      null,
    ]);
  });

  it.each([
    ["an unknown task", { task: "vqa" }, 404, "unknown-task"],
    ["no task", {}, 400, "invalid-request"],
    ["a wrong option", { task: "caption", beams: 9 }, 400, "invalid-request"],
    ["no text", { task: "caption-to-phrase-grounding" }, 400, "text-required"],
    ["no JSON", "{", 400, "invalid-json"],
    [
      "too much work",
      { items: Array.from({ length: 32 }, () => ({ task: "caption", beams: 5, max_new_tokens: 1024 })) },
      422,
      "too-much-work",
    ],
  ])("refuses %s", async (_, sent, status, code) => {
    const reply = await quote(sent);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });
});

describe("GET /v1/me", () => {
  it("tells balance, caps, spent and limits, also to a key of either header", async () => {
    const { open, charge, json, send } = fakeAccountsApp();
    const terms = { caps: { day: 1000 }, concurrency: 4, rates: [{ requests: 600, seconds: 60 }] };
    const { id, key } = await open("Acme", 5_000_000, terms);
    await charge(id, key, [{ id: CHARGE, amount: 300, task: "caption" }]);
    const { status, body } = await json("GET", "/v1/me", { key });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      account: { id, name: "Acme", status: "open" },
      balance: 4_999_700,
      held: 0,
      caps: {
        day: { cap: 1000, spent: 300, resets: "2026-12-01T00:00:00.000Z" },
        month: { cap: null, spent: 300, resets: "2026-12-01T00:00:00.000Z" },
        total: { cap: null, spent: 300, resets: null },
      },
      account_cap: { cap: null, spent: 300 },
      rate: {
        policies: [{ name: "requests", requests: 600, seconds: 60 }],
        concurrency: { limit: 4, in_progress: 0 },
      },
    });
    const other = await send("GET", "/v1/me", { headers: { "x-api-key": key } });
    expect([other.status, other.headers.get("cache-control")]).toEqual([200, "no-store"]);
  });

  it.each([
    ["no key", undefined, "key-missing"],
    ["a mistyped key", `${strangersKey().slice(0, -1)}!`, "key-invalid"],
    ["a key of an account that there is not", strangersKey(), "key-invalid"],
    ["the operator's key", ADMIN_KEY, "key-invalid"],
  ])("refuses %s", async (_, key, code) => {
    const { json, send } = fakeAccountsApp();
    const { status, body } = await json("GET", "/v1/me", key === undefined ? {} : { key });
    expect([status, body.code]).toEqual([401, code]);
    const { headers } = await send("GET", "/v1/me", key === undefined ? {} : { key });
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/u);
  });

  it("answers a stranger with a right checksum as one without: the same text", async () => {
    const { json, open } = fakeAccountsApp();
    const { id } = await open();
    const replies = await Promise.all(
      [strangersKey(), strangersKey(id), "fe_live_short"].map((key) => json("GET", "/v1/me", { key })),
    );
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.code} ${body.detail}`)).size).toBe(1);
  });
});

describe("an API without accounts", () => {
  it.each([
    ["GET", "/v1/pricing", "unknown-task"],
    ["POST", "/v1/quote", "unknown-task"],
    ["GET", "/v1/me", "unknown-task"],
    ["GET", "/admin/v1/accounts", "not-found"],
  ])("has no %s %s", async (method, path, code) => {
    const response = await fakeApp().app.request(path, { method });
    expect([response.status, (await response.json()).code]).toEqual([404, code]);
  });
});

describe("bodies of the operations of accounts", () => {
  it("are limited", async () => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    const { status, body } = await json("POST", "/v1/keys", { key, body: { name: "x".repeat(70_000) } });
    expect([status, body.code]).toEqual([413, "body-too-large"]);
  });

  it("are JSON", async () => {
    const { open, send } = fakeAccountsApp();
    const { key } = await open();
    const response = await send("POST", "/v1/keys", { key, body: "a=b", headers: { "content-type": "text/plain" } });
    expect([response.status, (await response.json()).code]).toEqual([415, "unsupported-media-type"]);
  });
});
