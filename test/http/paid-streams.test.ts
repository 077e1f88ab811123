import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { lost, startCrash, unreached, well } from "../support/crash-scene.ts";
import { moneyOf } from "../support/paid-requests.ts";
import { paidEventsIn } from "../support/streams.ts";
import { nextTask } from "../support/tiny-backend.ts";

describe("a stream", () => {
  it("is settled before its first event, and tells in its headers and its last event what it cost", async () => {
    const { world, account, ask } = await startCrash();
    const order: string[] = [];
    world.fault = async (verb, call) => {
      await call();
      order.push(verb);
    };
    const response = await ask({}, "?stream=true");
    order.push("sent");
    expect(moneyOf(response)).toEqual({ status: 200, charge: 300, isRepeat: false, balance: 700 });
    const events = paidEventsIn(await response.text());
    expect(order).toEqual(["status", "hold", "settle", "sent"]);
    expect(events.map(({ type }) => type)).toEqual(["delta", "done", "charge"]);
    expect(events.at(-1)).toMatchObject({
      charge_micro_usd: 300,
      repeat: false,
      balance: 700,
      ids: [expect.any(String)],
    });
    expect(account.entries()).toEqual([["charge", -300]]);
  });

  it("that was paid before costs nothing", async () => {
    const { ask } = await startCrash();
    await (await ask()).text();
    const response = await ask({}, "?stream=true");
    expect(moneyOf(response)).toMatchObject({ charge: 0, isRepeat: true });
    expect(paidEventsIn(await response.text()).at(-1)).toMatchObject({
      type: "charge",
      charge_micro_usd: 0,
      repeat: true,
      balance: null,
    });
  });

  it("that fails before it begins is released, with its own status", async () => {
    const { world, account, ask, settled } = await startCrash();
    world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    expect((await ask({}, "?stream=true")).status).toBe(503);
    await settled();
    expect([account.entries(), account.holds()]).toEqual([[], 0]);
  });

  it.each(["told", "lost"])(
    "that fails through our fault is given back, and its repeat is free (the refund is %s)",
    async (how) => {
      const { world, account, ask, settled } = await startCrash();
      world.done = async () => {
        await nextTask();
        throw new Problem("backend-failed", "it broke");
      };
      if (how === "lost") world.fault = unreached("refund");
      const response = await ask({}, "?stream=true");
      expect(moneyOf(response)).toMatchObject({ status: 200, charge: 300 });
      const events = paidEventsIn(await response.text());
      expect(events.at(-1)).toMatchObject({ type: "error", problem: { code: "backend-failed" } });
      await settled();
      const returned = how === "told" ? [["refund", 300]] : [];
      expect([account.entries(), account.holds()]).toEqual([[["charge", -300], ...returned], 0]);
      world.done = nextTask;
      world.fault = well;
      expect(moneyOf(await ask())).toMatchObject({ status: 200, charge: 0, isRepeat: true });
    },
  );

  it("whose settlement is lost sends nothing, and its repeat is free", async () => {
    const { world, account, ask, settled } = await startCrash();
    world.fault = lost("settle");
    const response = await ask({}, "?stream=true");
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    await settled();
    world.fault = well;
    expect(moneyOf(await ask({}, "?stream=true"))).toMatchObject({ status: 200, charge: 0 });
    expect(account.entries()).toEqual([["charge", -300]]);
  });

  it("that its caller leaves is paid, goes on and is free when he asks again", async () => {
    const { world, account, ask, settled } = await startCrash();
    const gate = Promise.withResolvers<void>();
    world.done = () => gate.promise;
    const response = await ask({}, "?stream=true");
    await response.body?.cancel();
    gate.resolve();
    await settled();
    expect([account.entries(), account.holds()]).toEqual([[["charge", -300]], 0]);
    const again = await ask();
    expect([moneyOf(again).charge, again.headers.get("cache-status")]).toEqual([0, "florence-edge; hit"]);
  });
});
