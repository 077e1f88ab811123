import { describe, expect, it } from "vitest";
import { LEDGER_TIMEOUT_MS } from "../../src/charging/reliable-ledger.ts";
import { Problem } from "../../src/contract/problems.ts";
import { captionRequest, createPaidWorld, type Fault, moneyOf, type Verb } from "../support/paid-app.ts";
import { paidEventsIn } from "../support/streams.ts";
import { nextTask } from "../support/tiny-backend.ts";

const away = (verb: Verb, more: object = {}): Error => Object.assign(new Error(`${verb}: away`), more);

/** The verbs do not reach the account. */
const unreached =
  (...verbs: readonly Verb[]): Fault =>
  (verb, call) =>
    verbs.includes(verb) ? Promise.reject(away(verb)) : call();

/** The verbs are done, and their replies are lost. */
const lost =
  (...verbs: readonly Verb[]): Fault =>
  async (verb, call) => {
    await call();
    if (verbs.includes(verb)) throw away(verb);
  };

const well: Fault = (_verb, call) => call();

/** A world with one account that can pay for three captions, and one isolate. */
async function start(credit = 1000) {
  const paid = createPaidWorld();
  const account = await paid.open(credit);
  const isolate = paid.isolate();
  const ask = (headers: Readonly<Record<string, string>> = {}, query = "", init: RequestInit = {}) => {
    const [path, request] = captionRequest(account.key, headers, query);
    return isolate.app.request(path, { ...request, ...init });
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await nextTask();
  };
  return { ...paid, account, ...isolate, ask, until };
}

/** After the deadline of every hold: expired by the next verb that looks at the account, as by its alarm. */
async function pastDeadline({ world, account }: Awaited<ReturnType<typeof start>>): Promise<void> {
  world.nowMs += 200_000;
  world.fault = well;
  await account.ledger.release({ requestId: "none", ids: [] });
}

describe("a fault before the hold", () => {
  it("leaves nothing; the retry is like the first request", async () => {
    const all = await start();
    const { world, account, ask, settled } = all;
    world.fault = unreached("hold");
    const response = await ask();
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: "ledger-unavailable", retryable: true },
    ]);
    expect(response.headers.get("retry-after")).toBe("2");
    await settled();
    expect([account.holds(), account.entries(), world.requests]).toEqual([0, [], []]);
    world.fault = well;
    expect(moneyOf(await ask())).toMatchObject({ status: 200, charge: 300, balance: 700 });
  });
});

describe("a hold whose reply is lost", () => {
  it("stands without work until its deadline, and charges nobody", async () => {
    const all = await start();
    const { world, account, ask, settled } = all;
    world.fault = async (verb, call) =>
      verb === "release" ? unreached("release")(verb, call) : lost("hold")(verb, call);
    expect((await ask()).status).toBe(503);
    await settled();
    expect([account.holds(), world.requests]).toEqual([1, []]);
    await pastDeadline(all);
    expect([account.holds(), account.entries(), account.balance()]).toEqual([0, [], 1000]);
  });

  it("is joined by the retry, which holds the money once", async () => {
    const { world, account, ask, settled, until } = await start(300);
    world.fault = async (verb, call) =>
      verb === "release" ? unreached("release")(verb, call) : lost("hold")(verb, call);
    await ask();
    await settled();
    world.fault = well;
    const gate = Promise.withResolvers<void>();
    world.work = () => gate.promise;
    const retry = ask();
    await until(() => world.calls.filter((verb) => verb === "hold").length === 2 && account.holds() === 1);
    gate.resolve();
    expect(moneyOf(await retry)).toMatchObject({ status: 200, charge: 300, balance: 0 });
  });
});

describe("a fault while the model works", () => {
  it("of the isolate leaves a hold until its deadline; the retry is charged once", async () => {
    const all = await start();
    const { world, account, ask, until, isolate } = all;
    // A request that ends with its isolate: nothing of it runs any more.
    let isWorking = false;
    world.work = () => {
      isWorking = true;
      return new Promise(() => {});
    };
    void ask();
    await until(() => isWorking);
    await pastDeadline(all);
    expect([account.holds(), account.balance()]).toEqual([0, 1000]);
    world.work = nextTask;
    const [path, init] = captionRequest(account.key);
    expect(moneyOf(await isolate().app.request(path, init))).toMatchObject({ charge: 300, balance: 700 });
    expect(account.entries()).toEqual([["charge", -300]]);
  });

  it("of the backend releases the hold at once", async () => {
    const { world, account, ask, settled } = await start();
    world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    expect((await ask()).status).toBe(503);
    await settled();
    expect([account.holds(), account.entries(), account.balance()]).toEqual([0, [], 1000]);
  });
});

describe("a fault between the work and the settlement", () => {
  it("charges nobody; the retry is charged once, and makes the model work no more", async () => {
    const all = await start();
    const { world, account, ask, settled } = all;
    world.fault = unreached("settle", "release");
    const response = await ask();
    expect([response.status, (await response.json()).code]).toEqual([503, "ledger-unavailable"]);
    await settled();
    expect([account.holds(), account.entries()]).toEqual([1, []]);
    await pastDeadline(all);
    expect([account.holds(), account.balance()]).toEqual([0, 1000]);
    const again = await ask();
    expect(moneyOf(again)).toMatchObject({ status: 200, charge: 300 });
    expect([again.headers.get("cache-status"), world.requests.length]).toEqual(["florence-edge; hit", 1]);
  });
});

describe("a settlement whose reply is lost", () => {
  it.each(["as before", "with no-store and an Idempotency-Key"])("is paid, and the retry, %s, is free", async (how) => {
    const headers = how === "as before" ? {} : { "cache-control": "no-store", "idempotency-key": "k" };
    const { world, account, ask, settled } = await start();
    world.fault = lost("settle");
    expect((await ask(headers)).status).toBe(503);
    await settled();
    world.fault = well;
    expect(moneyOf(await ask(headers))).toEqual({ status: 200, charge: 0, isRepeat: true, balance: 700 });
    expect([account.entries(), account.holds()]).toEqual([[["charge", -300]], 0]);
  });
});

describe("a hold that has expired before the settlement", () => {
  it("is charged afresh, if the money is there", async () => {
    const all = await start();
    const { world, ask } = all;
    world.work = () => pastDeadline(all);
    expect(moneyOf(await ask())).toMatchObject({ status: 200, charge: 300, balance: 700 });
  });

  it("is 402 without the money, and sent without work when it is there", async () => {
    const all = await start(300);
    const { world, account, ask } = all;
    world.work = async () => {
      await pastDeadline(all);
      await account.ledger.credit({ kind: "adjust", ref: "gone", amount: -300 });
    };
    const refused = await ask();
    expect([refused.status, (await refused.json()).code]).toEqual([402, "insufficient-credits"]);
    await account.ledger.credit({ kind: "top-up", ref: "more", amount: 300 });
    const paid = await ask();
    expect([moneyOf(paid).charge, paid.headers.get("cache-status")]).toEqual([300, "florence-edge; hit"]);
  });
});

describe("an account that is away", () => {
  it.each(["hold", "settle"] as const)("at its %s is called again if it says so", async (verb) => {
    const { world, account, ask } = await start();
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
    const { world, ask, settled } = await start();
    for (const verb of ["hold", "settle"] as const) {
      world.calls.length = 0;
      world.fault = (each, call) => (each === verb ? Promise.reject(away(verb, properties)) : call());
      const response = await ask();
      expect([response.status, (await response.json()).code]).toEqual([503, "ledger-unavailable"]);
      expect(world.calls.filter((each) => each === verb)).toHaveLength(times);
      await settled();
    }
  });

  it.each(["hold", "settle"] as const)(
    "and hangs at its %s is waited for not longer than the deadline",
    async (verb) => {
      const { world, ask } = await start();
      let isHanging = false;
      world.fault = (each, call) => {
        if (each !== verb) return call();
        isHanging = true;
        return new Promise(() => {});
      };
      const asked = ask();
      while (!isHanging) await nextTask();
      world.nowMs += LEDGER_TIMEOUT_MS;
      expect((await asked).status).toBe(503);
    },
  );
});

describe("a caller who leaves", () => {
  it("while the model works has paid in the end, and gets the answer for nothing", async () => {
    const { world, account, ask, settled, until } = await start();
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
    const { world, account, ask, settled } = await start();
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

describe("a stream", () => {
  it("is settled before its first event, and tells in its headers and its last event what it cost", async () => {
    const { world, account, ask } = await start();
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
    const { ask } = await start();
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
    const { world, account, ask, settled } = await start();
    world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    expect((await ask({}, "?stream=true")).status).toBe(503);
    await settled();
    expect([account.entries(), account.holds()]).toEqual([[], 0]);
  });

  it.each(["told", "lost"])(
    "that fails through our fault is given back, and its repeat is free (the refund is %s)",
    async (how) => {
      const { world, account, ask, settled } = await start();
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
    const { world, account, ask, settled } = await start();
    world.fault = lost("settle");
    const response = await ask({}, "?stream=true");
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    await settled();
    world.fault = well;
    expect(moneyOf(await ask({}, "?stream=true"))).toMatchObject({ status: 200, charge: 0 });
    expect(account.entries()).toEqual([["charge", -300]]);
  });

  it("that its caller leaves is paid, goes on and is free when he asks again", async () => {
    const { world, account, ask, settled } = await start();
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
