import { expect, it } from "vitest";
import type { webhookProblems } from "../../src/contract/webhook-problems.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { eventTypes, MAX_WEBHOOKS } from "../../src/contract/webhooks.ts";
import { fakeApp } from "../support/fake-service.ts";
import { accountWebhooksApp, unownedWebhooksApp } from "../support/webhook-app.ts";
import { eventOf, JOB, RECEIVER } from "../support/webhook-world.ts";

const AT = "2026-12-01T08:30:00.000Z";

it("a webhook is created, listed, changed and removed, and belongs to its account", async () => {
  const { open, send } = accountWebhooksApp();
  const [{ key }, stranger] = [await open(), await open()];
  const created = await send("POST", "/v1/webhooks", { key, body: { url: RECEIVER } });
  const webhook = {
    id: expect.stringMatching(/^whk_\w{16}$/u),
    url: RECEIVER,
    events: eventTypes,
    created_at: AT,
    disabled_at: null,
  };
  expect(created).toEqual({ status: 201, body: webhook });
  const { id } = created.body;
  const changed = await send("POST", "/v1/webhooks", {
    key,
    body: { url: RECEIVER, events: ["job.failed", "job.failed"] },
  });
  expect(changed.body).toEqual({ ...webhook, id, events: ["job.failed"] });
  expect(await send("GET", "/v1/webhooks", { key })).toEqual({ status: 200, body: { webhooks: [changed.body] } });
  expect((await send("GET", "/v1/webhooks", { key: stranger.key })).body).toEqual({ webhooks: [] });
  expect((await send("DELETE", `/v1/webhooks/${id}`, { key: stranger.key })).body.code).toBe("unknown-webhook");
  expect(await send("DELETE", `/v1/webhooks/${id}`, { key })).toEqual({ status: 200, body: changed.body });
  expect((await send("GET", "/v1/webhooks", { key })).body).toEqual({ webhooks: [] });
});

it("a secret is shown once, and its successor says until when it signs", async () => {
  const { open, send } = accountWebhooksApp();
  const { key } = await open();
  const first = await send("POST", "/v1/webhooks/secret", { key });
  expect(first).toEqual({
    status: 201,
    body: { secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/u), others_end_at: null },
  });
  const second = await send("POST", "/v1/webhooks/secret", { key, body: {} });
  expect(second.body).toMatchObject({ others_end_at: "2026-12-02T08:30:00.000Z" });
  expect(second.body.secret).not.toBe(first.body.secret);
  const lists = [await send("GET", "/v1/webhooks", { key }), await send("GET", "/v1/webhooks/deliveries", { key })];
  expect(JSON.stringify(lists)).not.toContain("whsec_");
});

it("a test tells how it went, and is in the list", async () => {
  const { open, send, sent, world } = accountWebhooksApp();
  const { key } = await open();
  const told = await send("POST", "/v1/webhooks/test", { key, body: { url: "https://RECEIVER.example.com:443/hook" } });
  expect(told).toMatchObject({
    status: 200,
    body: {
      type: "webhook.test",
      url: RECEIVER,
      job: null,
      status: "delivered",
      last_status: 204,
      last_error: null,
      attempts: 1,
    },
  });
  world.answer = () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } });
  const { id } = (await send("POST", "/v1/webhooks", { key, body: { url: RECEIVER } })).body;
  const failed = await send("POST", "/v1/webhooks/test", { key, body: { webhook: id } });
  expect(failed.body).toMatchObject({
    status: "failed",
    last_status: 302,
    last_error: "redirect",
    next_attempt_at: null,
  });
  expect(sent).toEqual([RECEIVER, RECEIVER]);
  const { body } = await send("GET", "/v1/webhooks/deliveries?limit=1", { key });
  expect(body.deliveries).toEqual([failed.body]);
  const rest = await send("GET", `/v1/webhooks/deliveries?limit=1&cursor=${body.next}`, { key });
  expect(rest.body).toEqual({ deliveries: [told.body], next: null });
});

it("deliveries are those of the account, and of the job that is named", async () => {
  const { open, send, bookOf } = accountWebhooksApp();
  const [owner, stranger] = [await open(), await open()];
  bookOf(owner.id).tell(eventOf(), RECEIVER);
  bookOf(owner.id).tell(eventOf({ id: "msg_2", job: "job_2" }), RECEIVER);
  const of = async (key: string, query = "") =>
    (await send("GET", `/v1/webhooks/deliveries${query}`, { key })).body.deliveries.map(({ id }: { id: string }) => id);
  expect(await of(owner.key)).toEqual(["msg_2", "msg_1"]);
  expect(await of(owner.key, `?job=${JOB.id}`)).toEqual(["msg_1"]);
  expect([await of(stranger.key), await of(stranger.key, `?job=${JOB.id}`)]).toEqual([[], []]);
});

it("without accounts, deliveries are listed by the id of their job", async () => {
  const { send, bookOf } = unownedWebhooksApp();
  bookOf("jobs of nobody").tell(eventOf({ isOwned: false }), RECEIVER);
  bookOf("jobs of nobody").tell(eventOf({ id: "msg_2", job: "job_2", isOwned: false }), RECEIVER);
  expect((await send("GET", `/v1/webhooks/deliveries?job=${JOB.id}`)).body).toMatchObject({
    deliveries: [{ id: "msg_1", status: "pending", attempts: 0, next_attempt_at: AT }],
    next: null,
  });
  expect((await send("GET", "/v1/webhooks/deliveries")).body.code).toBe("list-needs-account");
  expect((await send("GET", "/v1/webhooks/deliveries?job=account")).body.code).toBe("unknown-job");
});

it.each([
  ["GET", "/v1/webhooks", "usage:read"],
  ["GET", "/v1/webhooks/deliveries", "usage:read"],
  ["POST", "/v1/webhooks", "keys:write"],
  ["DELETE", "/v1/webhooks/whk_1", "keys:write"],
  ["POST", "/v1/webhooks/secret", "keys:write"],
  ["POST", "/v1/webhooks/test", "keys:write"],
])("%s %s needs a key with the scope %s", async (method, path, scope) => {
  const { open, send } = accountWebhooksApp();
  const scopes = (["infer", "usage:read", "keys:write", "billing:write"] as const).filter((each) => each !== scope);
  const { key } = await open({ scopes });
  expect(await send(method, path, { key })).toMatchObject({ status: 403, body: { code: "scope-missing" } });
  expect((await send(method, path)).body.code).toBe("key-missing");
});

it("a revoked key changes nothing any more, at once", async () => {
  const { open, send } = accountWebhooksApp();
  const { key, ledger, keyId } = await open();
  await send("POST", "/v1/webhooks/secret", { key });
  await ledger.revokeKey(keyId);
  expect((await send("POST", "/v1/webhooks", { key, body: { url: RECEIVER } })).body.code).toBe("key-revoked");
});

/** A request that is refused so, for every problem of webhooks: a row that is missing does not compile. */
const provocations: Readonly<
  Record<keyof typeof webhookProblems, () => Promise<{ status: number; body: { code: string } }>>
> = {
  "cursor-invalid": async () => unownedWebhooksApp().send("GET", `/v1/webhooks/deliveries?job=${JOB.id}&cursor=x`),
  "webhook-url-refused": async () => {
    const { open, send, world } = accountWebhooksApp();
    world.check = async () => "refused";
    return send("POST", "/v1/webhooks", { key: (await open()).key, body: { url: "https://10.0.0.7/" } });
  },
  "webhooks-need-account": () => unownedWebhooksApp().send("POST", "/v1/webhooks", { body: { url: RECEIVER } }),
  "unknown-webhook": async () => {
    const { open, send } = accountWebhooksApp();
    return send("POST", "/v1/webhooks/test", { key: (await open()).key, body: { webhook: "whk_1" } });
  },
  "too-many-webhooks": async () => {
    const { open, send } = accountWebhooksApp();
    const { key } = await open();
    const create = (number: number) => send("POST", "/v1/webhooks", { key, body: { url: `${RECEIVER}/${number}` } });
    for (let number = 0; number < MAX_WEBHOOKS; number += 1) expect((await create(number)).status).toBe(201);
    return create(MAX_WEBHOOKS);
  },
};

it.each(Object.entries(provocations))("%s is provoked by a request", async (code, provoke) => {
  const { status, body } = await provoke();
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  expect([status, body.code]).toEqual([row?.status, code]);
});

it.each([
  [{ url: "no URL" }, "webhook-url-refused"],
  [{ url: 5 }, "invalid-request"],
  [{}, "invalid-request"],
  [{ url: RECEIVER, events: [] }, "invalid-request"],
  [{ url: RECEIVER, events: ["job.begun"] }, "invalid-request"],
  [{ url: RECEIVER, secret: "mine" }, "invalid-request"],
])("%j creates no webhook: %s", async (body, code) => {
  const { open, send } = accountWebhooksApp();
  expect((await send("POST", "/v1/webhooks", { key: (await open()).key, body })).body.code).toBe(code);
});

it.each([{}, { url: RECEIVER, webhook: "whk_1" }])("%j tests nothing", async (body) => {
  const { open, send } = accountWebhooksApp();
  expect((await send("POST", "/v1/webhooks/test", { key: (await open()).key, body })).body.code).toBe(
    "invalid-request",
  );
});

it("says that the place of webhooks is away, and that there is none", async () => {
  const { open, send, world } = accountWebhooksApp();
  const { key } = await open();
  world.isAway = true;
  expect(await send("GET", "/v1/webhooks", { key })).toMatchObject({
    status: 503,
    body: { code: "storage-unavailable" },
  });
  const response = await fakeApp().app.request("/v1/webhooks");
  expect(await response.json()).toMatchObject({ status: 400, code: "jobs-unavailable" });
});

it.each(["secret", "test", "deliveries"])("%s is an operation, and no id of a webhook", async (word) => {
  const { app } = fakeApp();
  const refused = await app.request(`/v1/webhooks/${word}`, { method: "DELETE" });
  const methods = word === "deliveries" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, methods]);
});
