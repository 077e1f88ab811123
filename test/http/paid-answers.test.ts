import { describe, expect, it } from "vitest";
import { captionRequest, createPaidWorld, groundingRequest, moneyOf, street } from "../support/paid-app.ts";

describe("a paid answer", () => {
  it("costs its price, and its repeats nothing, from any isolate and with any key of the account", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(1000);
    const { app, settled } = isolate();
    const first = await app.request(...captionRequest(account.key));
    expect(moneyOf(first)).toEqual({ status: 200, charge: 300, isRepeat: false, balance: 700 });
    expect(await first.json()).toMatchObject({ text: "a cat" });
    await settled();
    world.calls.length = 0;
    expect(moneyOf(await app.request(...captionRequest(account.key)))).toMatchObject({ charge: 0, isRepeat: true });
    // What this isolate knows to be paid and has in its cache asks nobody.
    expect(world.calls).toEqual([]);
    const other = isolate();
    expect(moneyOf(await other.app.request(...captionRequest(account.key)))).toMatchObject({
      charge: 0,
      isRepeat: true,
    });
    expect(world.requests).toHaveLength(1);
    expect([account.entries(), account.holds()]).toEqual([[["charge", -300]], 0]);
  });

  it("names its charge, and tells it in the flat form, where the ETag does not depend on it", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(1000);
    const { app } = isolate();
    const first = await app.request(...captionRequest(account.key, {}, "?format=flat"));
    const again = await app.request(...captionRequest(account.key, {}, "?format=flat"));
    expect(first.headers.get("charge")).toMatch(/^300;unit="usd-micro";id="chg_[0-9a-f]{32}";repeat=\?0$/u);
    expect([await first.json(), await again.json()]).toMatchObject([
      { charge_micro_usd: 300 },
      { charge_micro_usd: 0 },
    ]);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(first.headers.get("server-timing")).toContain("cache;dur=");
  });

  it("is charged anew with no-store and no-cache, unless the Idempotency-Key repeats", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    const charges: unknown[] = [];
    for (const headers of [
      {},
      { "cache-control": "no-cache" },
      { "cache-control": "no-store" },
      { "cache-control": "no-store", "idempotency-key": "a" },
      { "cache-control": "no-store", "idempotency-key": '"a"' },
      { "cache-control": "no-store", "idempotency-key": "b" },
      { "idempotency-key": "c" },
      {},
    ]) {
      charges.push(moneyOf(await app.request(...captionRequest(account.key, headers))).charge);
    }
    expect(charges).toEqual([300, 300, 300, 300, 0, 300, 0, 0]);
  });

  it("is 304 for nothing if it is cached, and has the same headers", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000, { rates: [{ name: "requests", requests: 100, seconds: 60 }] });
    const { app, settled } = isolate();
    const first = await app.request(...captionRequest(account.key));
    const etag = first.headers.get("etag") ?? "";
    expect([first.headers.get("ratelimit-policy"), first.headers.get("ratelimit")]).toEqual([
      '"requests";q=100;w=60',
      '"requests";r=99;t=1',
    ]);
    // Another isolate asks the account.
    const other = await isolate().app.request(...captionRequest(account.key, { "if-none-match": etag }));
    expect(moneyOf(other)).toEqual({ status: 304, charge: 0, isRepeat: true, balance: 9700 });
    expect(other.headers.get("ratelimit")).toBe('"requests";r=98;t=2');
    await settled();
    // The model has worked for this one.
    const fresh = await app.request(
      ...captionRequest(account.key, { "if-none-match": etag, "cache-control": "no-store" }),
    );
    expect(moneyOf(fresh)).toEqual({ status: 304, charge: 300, isRepeat: false, balance: 9400 });
  });

  it("costs what each of its prompts does, and equal ones once", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const [, init] = captionRequest(account.key);
    const response = await isolate().app.request(
      "/v1/open-vocabulary-detection?labels=cat&labels=dog&labels=cat",
      init,
    );
    // Three units each, at 150.
    expect(moneyOf(response)).toMatchObject({ status: 200, charge: 900 });
    expect(response.headers.get("charge")).toContain(";count=2;");
    expect(world.requests[0]?.prompts).toHaveLength(2);
  });
});

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
      [path, { ...init, headers: { ...init.headers, "idempotency-key": '"' } }, 400],
      [path, { ...init, headers: { ...init.headers, "max-price": "1.5" } }, 400],
      ["/v1/region-to-category?region=900,900,910,910", init, 400],
      [path, { ...init, headers: { ...init.headers, "cache-control": "only-if-cached" } }, 504],
    ];
    for (const [url, request, status] of cases) expect((await app.request(url, request)).status, url).toBe(status);
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

describe("several tasks", () => {
  const analyze = (
    key: string,
    tasks: readonly object[],
    headers: Readonly<Record<string, string>> = {},
  ): [string, RequestInit] => [
    "/v1/analyze",
    {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ image: btoa(String.fromCharCode(...street)), tasks }),
    },
  ];

  it("are one hold, one settlement and the sum of their prices", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const response = await isolate().app.request(...analyze(account.key, [{ task: "caption" }, { task: "ocr" }]));
    expect(moneyOf(response)).toEqual({ status: 200, charge: 600, isRepeat: false, balance: 9400 });
    expect(world.calls).toEqual(["status", "hold", "settle"]);
  });

  it("are answered as far as the money goes, in their order; the others are 402", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(650);
    const tasks = ["caption", "detailed-caption", "ocr"].map((task) => ({ task }));
    const { app, settled } = isolate();
    const response = await app.request(...analyze(account.key, tasks));
    expect(moneyOf(response)).toMatchObject({ status: 200, charge: 600, balance: 50 });
    const { results } = await response.json();
    expect(results).toMatchObject([
      { status: "ok" },
      { status: "error", problem: { status: 402, code: "insufficient-credits", price: 450, balance: 350 } },
      { status: "ok" },
    ]);
    await settled();
    expect([account.entries(), account.holds(), world.requests.length]).toEqual([
      [
        ["charge", -300],
        ["charge", -300],
      ],
      0,
      2,
    ]);
  });

  it("pay for what succeeded: what failed is released", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    world.work = async (prompts) => {
      if (prompts.some((prompt) => prompt.includes("text"))) throw new Error("down");
    };
    const { app, settled } = isolate();
    const batch = ["caption", "ocr"].map((task) => ({ task, image: btoa(String.fromCharCode(...street)) }));
    // Equal decoding settings share a call of the model; others do not.
    const items = [batch[0], { ...batch[1], beams: 1 }];
    const failing = await app.request("/v1/batch", { ...analyze(account.key, [])[1], body: JSON.stringify({ items }) });
    expect(failing.status).toBe(500);
    await settled();
    expect([account.entries(), account.holds()]).toEqual([[], 0]);
  });

  it("count as one request, and those that the key may not ask for are 403", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000, { tasks: ["caption"], rates: [{ name: "requests", requests: 2, seconds: 60 }] });
    const { app } = isolate();
    const tasks = [{ task: "caption" }, { task: "ocr" }, { task: "caption", beams: 1 }, { task: "caption", beams: 2 }];
    const response = await app.request(...analyze(account.key, tasks));
    expect((await response.json()).results).toMatchObject([
      { status: "ok" },
      { problem: { code: "scope-missing" } },
      { status: "ok" },
      { status: "ok" },
    ]);
    expect(response.headers.get("ratelimit")).toBe('"requests";r=1;t=30');
  });

  it("hold no more than Max-Price together", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const tasks = [{ task: "caption" }, { task: "caption", beams: 1 }];
    const response = await isolate().app.request(...analyze(account.key, tasks, { "max-price": "350" }));
    expect(moneyOf(response)).toMatchObject({ charge: 300 });
    expect((await response.json()).results[1]).toMatchObject({ problem: { code: "price-above-maximum" } });
  });
});
