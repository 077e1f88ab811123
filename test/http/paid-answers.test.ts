import { describe, expect, it } from "vitest";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, moneyOf } from "../support/paid-requests.ts";

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

  it("is 304 for nothing if it was paid, and has the same headers", async () => {
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

  it("is no 304, and has no tag, for an account that has not paid for what another one has cached", async () => {
    const { world, isolate, open } = createPaidWorld();
    const [first, poor, other] = [await open(1000), await open(299), await open(1000)];
    const { app, settled } = isolate({ isCacheShared: true });
    await app.request(...captionRequest(first.key));
    await settled();
    const ask = ({ key }: typeof first) => app.request(...captionRequest(key, { "if-none-match": "*" }));
    const refused = await ask(poor);
    expect([refused.status, refused.headers.get("etag")]).toEqual([402, null]);
    expect(moneyOf(await ask(other))).toEqual({ status: 304, charge: 300, isRepeat: false, balance: 700 });
    expect(moneyOf(await ask(other))).toMatchObject({ status: 304, charge: 0, isRepeat: true });
    expect([world.requests.length, other.entries()]).toEqual([1, [["charge", -300]]]);
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
