import { describe, expect, it } from "vitest";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, groundingRequest, moneyOf } from "../support/paid-requests.ts";

describe("a request that is refused", () => {
  it("costs nothing and holds nothing, whatever is wrong with it", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(1000);
    const { app, settled } = isolate();
    const [path, init] = captionRequest(account.key);
    const cases: [string, RequestInit, number][] = [
      ["/v1/caption", { ...init, headers: {} }, 401],
      [path, { ...init, headers: { authorization: `Bearer ${account.key}x` } }, 401],
      [path, { ...init, body: "no image" }, 415],
      [`${path}?beams=9`, init, 400],
      [...captionRequest(account.key, { "idempotency-key": '"' }), 400],
      [...captionRequest(account.key, { "max-price": "1.5" }), 400],
      ["/v1/region-to-category?region=900,900,910,910", init, 400],
      [...captionRequest(account.key, { "cache-control": "only-if-cached" }), 504],
    ];
    const statuses: unknown[] = [];
    for (const [url, request] of cases) statuses.push((await app.request(url, request)).status);
    expect(statuses).toEqual(cases.map(([, , status]) => status));
    await settled();
    expect([account.entries(), account.holds(), world.requests]).toEqual([[], 0, []]);
    expect(world.calls.filter((verb) => verb !== "status")).toEqual([]);
  });

  it("is refused without a call for a key with a wrong checksum, and alike for what no account has", async () => {
    const { world, isolate, open } = createPaidWorld();
    const { key } = await open(1000);
    const stranger = await createPaidWorld().open(0);
    const { app } = isolate();
    const broken = await app.request(...captionRequest(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`));
    expect([broken.status, world.calls]).toEqual([401, []]);
    const unknown = await app.request(...captionRequest(stranger.key));
    expect(unknown.status).toBe(401);
    const [one, other] = await Promise.all([broken, unknown].map((response) => response.json()));
    expect({ ...one, request_id: "" }).toEqual({ ...other, request_id: "" });
  });

  it.each([
    [{ scopes: ["usage:read"] }, 403, "scope-missing"],
    [{ tasks: ["ocr"] }, 403, "scope-missing"],
  ] as const)("by the terms of its key, %j, before its body is read", async (terms, status, code) => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(1000, terms);
    const [path, init] = captionRequest(account.key);
    const response = await isolate().app.request(path, { ...init, body: "no image" });
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
    expect(world.calls).toEqual(["status"]);
  });

  it("by the terms of its key ends when they are widened, though the isolate has known it", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(1000, { tasks: ["ocr"] });
    const { app } = isolate();
    const ask = async () => (await app.request(...captionRequest(account.key))).status;
    expect(await ask()).toBe(403);
    await account.ledger.changeKey({ keyId: account.keyId, terms: { tasks: null } });
    expect(await ask()).toBe(200);
  });

  it("is 402 with the price, the balance and what helps", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(200);
    const response = await isolate().app.request(...captionRequest(account.key));
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({
      code: "insufficient-credits",
      price: 300,
      balance: 200,
      top_up: expect.any(String),
    });
    expect([response.headers.get("cache-control"), account.holds()]).toEqual(["no-store", 0]);
  });

  it("is 402 above its Max-Price, and answered at it", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(1000);
    const { app } = isolate();
    const above = await app.request(...captionRequest(account.key, { "max-price": "299" }));
    expect([above.status, await above.json()]).toMatchObject([402, { code: "price-above-maximum", price: 300 }]);
    expect(moneyOf(await app.request(...captionRequest(account.key, { "max-price": "300" })))).toMatchObject({
      charge: 300,
    });
    // A repeat costs nothing, so nothing may be its highest price.
    expect(moneyOf(await app.request(...captionRequest(account.key, { "max-price": "0" })))).toMatchObject({
      charge: 0,
    });
  });

  it("is 403 of a closed account at once, but for free repeats that an isolate knows: they end when it asks again", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate({ trustedMs: 10_000 });
    const ask = (number: number) => app.request(...groundingRequest(account.key, number));
    await ask(1);
    await account.ledger.update({ status: "closed" });
    const statuses: number[] = [];
    for (const [number, laterMs] of [
      [1, 9999],
      [2, 0],
      [1, 1],
    ] as const) {
      world.nowMs += laterMs;
      statuses.push((await ask(number)).status);
    }
    expect([statuses, account.entries().length]).toEqual([[200, 403, 403], 1]);
  });

  it("is 429 with the state of its rate", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000, { rates: [{ name: "burst", requests: 1, seconds: 60 }] });
    const { app } = isolate();
    await app.request(...groundingRequest(account.key, 1));
    const refused = await app.request(...groundingRequest(account.key, 2));
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { code: "rate-limited", "violated-policies": ["burst"] },
    ]);
    expect([refused.headers.get("retry-after"), refused.headers.get("ratelimit")]).toEqual(["60", '"burst";r=0;t=60']);
  });

  it("is 422 with the Idempotency-Key of another request, and 409 while that one is in progress", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    const headers = { "idempotency-key": "k", "cache-control": "no-store" };
    const gate = Promise.withResolvers<void>();
    world.work = () => gate.promise;
    const first = app.request(...captionRequest(account.key, headers));
    while (account.holds() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const during = await app.request(...captionRequest(account.key, headers));
    expect([during.status, await during.json()]).toMatchObject([409, { code: "idempotency-in-progress" }]);
    const other = await app.request(...captionRequest(account.key, headers, "?beams=1"));
    expect([other.status, await other.json()]).toMatchObject([422, { code: "idempotency-key-reused" }]);
    gate.resolve();
    expect(moneyOf(await first)).toMatchObject({ status: 200, charge: 300 });
    expect(moneyOf(await app.request(...captionRequest(account.key, headers)))).toMatchObject({
      status: 200,
      charge: 0,
    });
  });
});
