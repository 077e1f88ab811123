import { describe, expect, it } from "vitest";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, moneyOf, spelledBatch } from "../support/paid-requests.ts";
import { paidEventsIn } from "../support/streams.ts";

/** What a caption costs. */
const PRICE = 300;

const DAY_MS = 24 * 60 * 60 * 1000;

async function start() {
  const { world, isolate, open } = createPaidWorld();
  const account = await open(10_000);
  const first = isolate();
  const caption = async (headers: Readonly<Record<string, string>>, { app, settled } = first, key = account.key) => {
    const response = await app.request(...captionRequest(key, headers));
    await settled();
    return { ...moneyOf(response), cacheStatus: response.headers.get("cache-status"), body: await response.text() };
  };
  return { world, isolate, open, account, first, caption };
}

describe("a new generation that a request with an Idempotency-Key asks for", () => {
  it.each(["no-store", "no-cache", "no-store, no-cache"])(
    "is what a repeat gets with %s, from any isolate: the model does not work for nothing",
    async (directive) => {
      const { world, isolate, account, caption } = await start();
      const headers = { "cache-control": directive, "idempotency-key": "k" };
      const paid = await caption(headers);
      expect(paid).toMatchObject({ charge: PRICE, isRepeat: false, cacheStatus: expect.stringContaining("stored") });
      world.nowMs += 5000;
      for (const where of [undefined, isolate()]) {
        const again = await caption(headers, where);
        expect(again).toMatchObject({ status: 200, charge: 0, isRepeat: true, body: paid.body });
        expect(again.cacheStatus).toContain("hit");
      }
      expect(world.requests).toHaveLength(1);
      expect(account.entries()).toEqual([["charge", -PRICE]]);
    },
  );

  it("is another one with max-age, if the cached answer is too old, and a repeat of that gets it again", async () => {
    const { world, caption } = await start();
    await caption({});
    world.nowMs += 5000;
    const headers = { "cache-control": "max-age=1", "idempotency-key": "k" };
    expect(await caption(headers)).toMatchObject({ charge: PRICE });
    world.nowMs += 5000;
    expect(await caption(headers)).toMatchObject({ charge: 0, isRepeat: true });
    expect(world.requests).toHaveLength(2);
  });

  it("is for nobody else: another key of idempotency, the same question without one, another account", async () => {
    const { world, open, caption, first } = await start();
    const other = await open(10_000);
    const noStore = { "cache-control": "no-store" };
    await caption({ ...noStore, "idempotency-key": "k" });
    const others = [
      await caption({ ...noStore, "idempotency-key": "l" }),
      await caption({ ...noStore, "idempotency-key": "k" }, first, other.key),
      await caption(noStore),
      await caption({}),
    ];
    expect(others.map(({ charge }) => charge)).toEqual([PRICE, PRICE, PRICE, PRICE]);
    expect(world.requests).toHaveLength(5);
  });

  it("is kept for a day, as long as its repeats are free; then the model works, for its price", async () => {
    const { world, caption } = await start();
    const headers = { "cache-control": "no-store", "idempotency-key": "k" };
    await caption(headers);
    world.nowMs += DAY_MS + 1000;
    expect(await caption(headers)).toMatchObject({ charge: PRICE, isRepeat: false });
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.keptSeconds)).toEqual(new Set([DAY_MS / 1000]));
  });

  it("is not kept without the key, which no-store asks for", async () => {
    const { world, caption } = await start();
    expect(await caption({ "cache-control": "no-store" })).toMatchObject({ charge: PRICE });
    expect(world.keptSeconds).toEqual([]);
  });

  it("is made again, for nothing, if no cache has it any more", async () => {
    const { world, isolate, caption } = await start();
    const headers = { "cache-control": "no-store", "idempotency-key": "k" };
    await caption(headers);
    world.forget();
    expect(await caption(headers, isolate())).toMatchObject({ status: 200, charge: 0, isRepeat: true });
    expect(world.requests).toHaveLength(2);
  });

  it("is what a repeated stream gets as a whole", async () => {
    const { world, account, first } = await start();
    const headers = { "cache-control": "no-store", "idempotency-key": "k" };
    const stream = async () => {
      const response = await first.app.request(...captionRequest(account.key, headers, "?stream=true"));
      const events = paidEventsIn(await response.text());
      await first.settled();
      return events;
    };
    const [paid, again] = [await stream(), await stream()];
    expect(again.at(-1)).toMatchObject({ type: "charge", charge_micro_usd: 0, repeat: true });
    expect(again.find(({ type }) => type === "done")).toEqual(paid.find(({ type }) => type === "done"));
    expect(world.requests).toHaveLength(1);
  });

  it("is each of several in a batch, which asks the same of one picture four times", async () => {
    const { world, account, first } = await start();
    const items = Array.from({ length: 4 }, () => ({ task: "caption" }));
    const batch = async () => {
      const headers = { "cache-control": "no-store", "idempotency-key": "k" };
      const response = await first.app.request(...spelledBatch(account.key, items, headers));
      await response.text();
      await first.settled();
      return moneyOf(response).charge;
    };
    expect([await batch(), await batch()]).toEqual([4 * PRICE, 0]);
    expect(world.requests).toHaveLength(4);
  });
});
