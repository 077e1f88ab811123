import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, moneyOf, spelledBatch } from "../support/paid-requests.ts";

/** What a caption costs. */
const PRICE = 300;
const captions = Array.from({ length: 4 }, () => ({ task: "caption" }));

async function start(imageConcurrency: number) {
  const { world, isolate, open } = createPaidWorld();
  const account = await open(10_000);
  const { app, settled } = isolate({ imageConcurrency });
  const batch = async (items: readonly object[], headers: Readonly<Record<string, string>>) => {
    const response = await app.request(...spelledBatch(account.key, items, headers));
    const { results } = await response.json();
    await settled();
    expect([account.holds(), await account.violations()]).toEqual([0, []]);
    return { ...moneyOf(response), results, header: response.headers.get("charge") };
  };
  const caption = async (headers: Readonly<Record<string, string>>) => {
    const response = await app.request(...captionRequest(account.key, headers));
    await settled();
    return response;
  };
  return { world, account, batch, caption };
}

describe("a batch that asks the same of one picture, which it sends in several ways,", () => {
  it.each([1, 4])("is one generation and its price, with %d pictures at once", async (concurrency) => {
    const { world, batch } = await start(concurrency);
    expect(await batch(captions, {})).toMatchObject({ charge: PRICE });
    expect(world.requests).toHaveLength(1);
  });

  it.each([
    ["no-store", 1, 4],
    ["no-store", 4, 4],
    ["no-cache", 1, 4],
    // Those that are asked for at once share the work.
    ["no-cache", 4, 1],
  ])(
    "pays with %s and %d at once for each of the %d times that the model works",
    async (directive, concurrency, times) => {
      const { world, account, batch } = await start(concurrency);
      expect(await batch(captions, { "cache-control": directive })).toMatchObject({ charge: times * PRICE });
      expect(world.requests).toHaveLength(times);
      expect(account.entries()).toEqual(Array.from({ length: times }, () => ["charge", -PRICE]));
    },
  );

  it("pays once in 24 hours with the same Idempotency-Key", async () => {
    const { batch } = await start(1);
    const headers = { "cache-control": "no-store", "idempotency-key": "k" };
    const first = await batch(captions, headers);
    const again = await batch(captions, headers);
    expect([first.charge, again.charge, again.isRepeat]).toEqual([4 * PRICE, 0, true]);
  });

  it("pays nothing for the copies that failed, and holds their money once", async () => {
    const { world, batch } = await start(1);
    let failures = 2;
    world.work = async () => {
      failures -= 1;
      if (failures >= 0) throw new Problem("backend-unavailable", "down");
    };
    const headers = { "cache-control": "no-store", "max-price": String(2 * PRICE) };
    const { charge, results, header } = await batch(captions, headers);
    expect([charge, header]).toEqual([2 * PRICE, expect.stringContaining(";count=2;")]);
    expect(results).toMatchObject([{ status: "error" }, { status: "error" }, { status: "ok" }, { status: "ok" }]);
  });
});

describe("an old answer in place of a new one that failed", () => {
  it.each(["no-cache, stale-if-error=60", "max-age=0"])("costs with %s what a cached one does", async (directive) => {
    const { world, account, caption } = await start(1);
    await caption({});
    world.nowMs += 2000;
    world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    const old = await caption({ "cache-control": directive, "max-price": String(PRICE) });
    expect(moneyOf(old)).toMatchObject({ status: 200, charge: 0, isRepeat: true });
    expect([account.entries().length, account.holds()]).toEqual([1, 0]);
  });
});
