import { describe, expect, it } from "vitest";
import { ADMIN_KEY, chargeId, fakeAccountsApp } from "../support/fake-accounts.ts";

describe("the keys of an account", () => {
  it("are created, listed, rotated with grace, and revoked", async () => {
    const { open, json, send, clock } = fakeAccountsApp();
    const { key, keyId } = await open();
    const made = await send("POST", "/v1/keys", { key, body: { name: "shop", caps: { month: 5 } } });
    const { key: shop, ...facts } = await made.json();
    expect([made.status, made.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(facts).toMatchObject({
      name: "shop",
      status: "active",
      scopes: ["infer", "usage:read"],
      caps: { month: 5 },
    });
    expect(shop.endsWith(facts.last4)).toBe(true);
    const list = await json("GET", "/v1/keys", { key });
    expect(list.body.keys.map(({ id }: { id: string }) => id)).toEqual([keyId, facts.id]);
    expect(JSON.stringify(list.body)).not.toContain(shop.slice(20, 50));

    const rotated = await json("POST", `/v1/keys/${facts.id}/rotate`, { key, body: { grace_seconds: 60 } });
    expect([rotated.status, rotated.body.caps.month]).toEqual([200, 5]);
    expect((await send("GET", "/v1/me", { key: shop })).status).toBe(200);
    clock.nowMs += 60_000;
    const expired = await json("GET", "/v1/me", { key: shop });
    expect([expired.status, expired.body.code]).toEqual([401, "key-expired"]);
    const again = await json("POST", `/v1/keys/${facts.id}/rotate`, { key, body: {} });
    expect([again.status, again.body.code]).toEqual([409, "key-rotated"]);

    const revoked = await json("DELETE", `/v1/keys/${rotated.body.id}`, { key });
    expect([revoked.status, revoked.body.status]).toEqual([200, "revoked"]);
    const refused = await json("GET", "/v1/me", { key: rotated.body.key });
    expect([refused.status, refused.body.code]).toEqual([401, "key-revoked"]);
  });

  it("are changed: what is left out stays, and a word removes a limit", async () => {
    const { open, json, clock } = fakeAccountsApp();
    const { key, keyId, path } = await open();
    const body = { caps: { day: 5, month: 6 }, tasks: ["ocr"], concurrency: 2, rates: [{ requests: 1, seconds: 1 }] };
    const made = (await json("POST", "/v1/keys", { key, body })).body;
    const change = (sent: object) => json("POST", `/v1/keys/${made.id}`, { key, body: sent });
    const expires = new Date(clock.nowMs + 60_000).toISOString();
    const wider = await change({ caps: { day: 50, month: "none" }, expires, name: "shop" });
    expect(wider.body).toMatchObject({ caps: { day: 50, month: null, total: null }, tasks: ["ocr"], concurrency: 2 });
    expect(wider.body).toMatchObject({ name: "shop", expires, rates: [{ requests: 1, seconds: 1 }] });
    const free = await change({ tasks: "all", concurrency: "none", rates: [], expires: "none", caps: { day: "none" } });
    const limits = { caps: { day: null, month: null, total: null }, tasks: null, concurrency: null, rates: [] };
    expect(free.body).toMatchObject({ ...limits, expires: null, scopes: ["infer", "usage:read"] });
    expect((await change({})).body).toEqual(free.body);
    const own = await json("POST", `/v1/keys/${keyId}`, { key, body: { caps: { day: 1 } } });
    expect([own.status, own.body.code]).toEqual([403, "scope-missing"]);
    const operator = await json("POST", `${path}/keys/${keyId}`, { key: ADMIN_KEY, body: { scopes: ["infer"] } });
    expect([operator.status, operator.body.scopes]).toEqual([200, ["infer"]]);
    expect((await json("GET", "/v1/keys", { key })).status).toBe(403);
  });

  it.each([
    [{ caps: { day: "much" } }, "caps.day"],
    [{ concurrency: 0 }, "concurrency"],
    [{ scopes: [] }, "scopes"],
    [{ tasks: ["chess"] }, "tasks.0"],
    [{ expires: "2020-01-01T00:00:00Z" }, "expires"],
    [{ secret: "x" }, ""],
  ])("are not changed to %j", async (sent, field) => {
    const { open, json } = fakeAccountsApp();
    const { key, keyId, path } = await open();
    const { status, body } = await json("POST", `${path}/keys/${keyId}`, { key: ADMIN_KEY, body: sent });
    expect([status, body.code, body.issues[0].path]).toEqual([400, "invalid-request", field]);
    expect((await json("GET", "/v1/keys", { key })).body.keys[0]).toMatchObject({ caps: { day: null } });
  });

  it.each([{ money: "test" }, { money: "live" }, {}])(
    "of one account all begin alike, whoever makes or rotates them: %j",
    async (terms) => {
      const { json } = fakeAccountsApp();
      const { body: account } = await json("POST", "/admin/v1/accounts", {
        key: ADMIN_KEY,
        body: { name: "a", ...terms },
      });
      const money = "money" in terms ? terms.money : "live";
      expect(account.money).toBe(money);
      const path = `/admin/v1/accounts/${account.id}/keys`;
      const make = async (at: string, key: string) =>
        (await json("POST", at, { key, body: at.endsWith("/keys") ? { scopes: ["keys:write"] } : {} })).body;
      const first = await make(path, ADMIN_KEY);
      const own = await make("/v1/keys", first.key);
      const rotated = await make(`${path}/${first.id}/rotate`, ADMIN_KEY);
      const ownRotated = await make(`/v1/keys/${own.id}/rotate`, rotated.key);
      const prefixes = [first, own, rotated, ownRotated].map(({ key }) => key.slice(0, 8));
      expect(prefixes).toEqual(Array.from({ length: 4 }, () => `fe_${money}_`));
    },
  );

  it.each(["keys", "rotate"])("have no prefix of their own choice: %s", async (verb) => {
    const { json, open } = fakeAccountsApp();
    const { path, keyId, key } = await open();
    const ends = verb === "keys" ? "keys" : `keys/${keyId}/rotate`;
    for (const [at, who] of [
      [`${path}/${ends}`, ADMIN_KEY],
      [`/v1/${ends}`, key],
    ] as const) {
      const { status, body } = await json("POST", at, { key: who, body: { mode: "test" } });
      expect([status, body.code]).toEqual([400, "invalid-request"]);
    }
  });

  it("can be rotated without a body, and stay valid for a day", async () => {
    const { open, json, send, clock } = fakeAccountsApp();
    const { key, keyId } = await open();
    const { status, body } = await json("POST", `/v1/keys/${keyId}/rotate`, { key });
    expect([status, body.id === keyId]).toEqual([200, false]);
    clock.nowMs += 24 * 3_600_000 - 1;
    expect((await send("GET", "/v1/me", { key })).status).toBe(200);
    clock.nowMs += 1;
    expect((await send("GET", "/v1/me", { key })).status).toBe(401);
  });

  it.each([
    ["an unknown scope", { scopes: ["root"] }, "scopes.0"],
    ["an unknown field", { secret: "x" }, ""],
    ["an expiry in the past", { expires: "2020-01-01T00:00:00Z" }, "expires"],
    ["a cap that is negative", { caps: { day: -1 } }, "caps.day"],
    ["a cap that is fractional", { caps: { day: 0.5 } }, "caps.day"],
    ["a name that is too long", { name: "x".repeat(101) }, "name"],
  ])("are not made with %s", async (_, sent, path) => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    const { status, body } = await json("POST", "/v1/keys", { key, body: sent });
    expect([status, body.code, body.issues[0].path]).toEqual([400, "invalid-request", path]);
    expect((await json("GET", "/v1/keys", { key })).body.keys).toHaveLength(1);
  });

  it("need the scope for it; each operation its own", async () => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open("Acme", 0, { scopes: ["infer"] });
    const operations = [
      ["GET", "/v1/usage", "usage:read"],
      ["GET", "/v1/charges", "usage:read"],
      ["GET", `/v1/charges/${chargeId(1)}`, "usage:read"],
      ["GET", "/v1/keys", "keys:write"],
      ["POST", "/v1/keys", "keys:write"],
      ["POST", "/v1/keys/abc/rotate", "keys:write"],
      ["DELETE", "/v1/keys/abc", "keys:write"],
    ] as const;
    for (const [method, path, scope] of operations) {
      const { status, body } = await json(method, path, { key });
      expect([method, path, status, body.code]).toEqual([method, path, 403, "scope-missing"]);
      expect(body.detail).toContain(scope);
    }
    expect((await json("GET", "/v1/me", { key })).status).toBe(200);
  });

  it.each(["POST", "DELETE"] as const)("that there are not: unknown-id (%s)", async (method) => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    const path = method === "POST" ? "/v1/keys/zzzzzz/rotate" : "/v1/keys/zzzzzz";
    const { status, body } = await json(method, path, { key });
    expect([status, body.code]).toEqual([404, "unknown-id"]);
  });

  it("of a closed account are not made any more, but can be revoked, and the account can be read", async () => {
    const { open, json } = fakeAccountsApp();
    const { path } = await open();
    const { keys } = (await json("GET", `${path}/keys`, { key: ADMIN_KEY })).body;
    const made = await json("POST", `${path}/keys`, { key: ADMIN_KEY, body: { scopes: ["keys:write", "usage:read"] } });
    const { key } = made.body;
    await json("POST", `${path}/close`, { key: ADMIN_KEY });
    for (const refused of ["/v1/keys", `/v1/keys/${keys[0].id}/rotate`]) {
      const { status, body } = await json("POST", refused, { key, body: {} });
      expect([status, body.code]).toEqual([403, "account-closed"]);
    }
    expect((await json("GET", "/v1/me", { key })).body.account.status).toBe("closed");
    expect((await json("GET", "/v1/usage", { key })).status).toBe(200);
    expect((await json("DELETE", `/v1/keys/${keys[0].id}`, { key })).status).toBe(200);
  });
});
