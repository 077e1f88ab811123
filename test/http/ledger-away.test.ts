import { describe, expect, it } from "vitest";
import { LEDGER_TIMEOUT_MS } from "../../src/charging/reliable-ledger.ts";
import { away, startCrash, until } from "../support/crash-scene.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { moneyOf, spelledBatch } from "../support/paid-requests.ts";

describe("an account that is away", () => {
  it.each(["hold", "settle"] as const)("at its %s is called again if it says so", async (verb) => {
    const { world, account, ask } = await startCrash();
    let failures = 2;
    world.fault = (each, call) => {
      if (each !== verb || failures === 0) return call();
      failures -= 1;
      return Promise.reject(away(verb, { retryable: true }));
    };
    expect(moneyOf(await ask())).toMatchObject({ status: 200, charge: 300 });
    expect(account.entries()).toHaveLength(1);
  });

  it.each([
    ["is overloaded", { retryable: true, overloaded: true }, 1],
    ["says nothing", {}, 1],
    ["asks for it without end", { retryable: true }, 3],
  ])("and %s is called %j, %d times, and nothing is sent", async (_, properties, times) => {
    const { world, ask, settled } = await startCrash();
    for (const verb of ["hold", "settle"] as const) {
      world.calls.length = 0;
      world.fault = (each, call) => (each === verb ? Promise.reject(away(verb, properties)) : call());
      const response = await ask();
      expect([response.status, (await response.json()).code]).toEqual([503, "ledger-unavailable"]);
      expect(world.calls.filter((each) => each === verb)).toHaveLength(times);
      await settled();
    }
  });

  it.each([0, 1])(
    "after %d holds of a batch refuses it as a whole, and is not asked for its other pictures",
    async (holds) => {
      const { world, isolate, open } = createPaidWorld();
      const account = await open(10_000);
      let left = holds;
      world.fault = (verb, call) => {
        if (verb !== "hold") return call();
        left -= 1;
        return left < 0 ? Promise.reject(away(verb, {})) : call();
      };
      const { app, settled } = isolate();
      const items = ["caption", "ocr", "detailed-caption"].map((task) => ({ task }));
      const response = await app.request(...spelledBatch(account.key, items));
      expect([response.status, (await response.json()).code]).toEqual([503, "ledger-unavailable"]);
      expect(world.calls.filter((verb) => verb === "hold")).toHaveLength(holds + 1);
      await settled();
      expect([account.entries(), account.holds()]).toEqual([[], 0]);
    },
  );

  it.each(["hold", "settle"] as const)(
    "and hangs at its %s is waited for not longer than the deadline",
    async (verb) => {
      const { world, ask } = await startCrash();
      const hanging = Promise.withResolvers<void>();
      world.fault = (each, call) => {
        if (each !== verb) return call();
        hanging.resolve();
        return new Promise(() => {});
      };
      const asked = ask();
      await hanging.promise;
      world.nowMs += LEDGER_TIMEOUT_MS;
      expect((await asked).status).toBe(503);
    },
  );
});

describe("a caller who leaves", () => {
  it("while the model works has paid in the end, and gets the answer for nothing", async () => {
    const { world, account, ask, settled } = await startCrash();
    const [gate, caller] = [Promise.withResolvers<void>(), new AbortController()];
    let wasAborted = false;
    world.work = async (_prompts, signal) => {
      await gate.promise;
      wasAborted = signal.aborted;
    };
    const asked = ask({}, "", { signal: caller.signal });
    await until(() => account.holds() === 1);
    caller.abort();
    gate.resolve();
    await asked;
    await settled();
    expect([wasAborted, account.entries(), account.holds()]).toEqual([false, [["charge", -300]], 0]);
    const again = await ask();
    expect([moneyOf(again).charge, again.headers.get("cache-status")]).toEqual([0, "florence-edge; hit"]);
  });

  it("before money is held has asked for nothing", async () => {
    const { world, account, ask, settled } = await startCrash();
    const caller = new AbortController();
    world.fault = async (verb, call) => {
      await call();
      if (verb === "status") caller.abort();
    };
    expect((await ask({}, "", { signal: caller.signal })).status).toBe(499);
    await settled();
    expect([account.entries(), account.holds(), world.requests]).toEqual([[], 0, []]);
  });
});
