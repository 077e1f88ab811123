import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { lost, pastDeadline, startCrash, unreached, until, well } from "../support/crash-scene.ts";
import { captionRequest, moneyOf } from "../support/paid-requests.ts";
import { nextTask } from "../support/tiny-backend.ts";

describe("a fault before the hold", () => {
  it("leaves nothing; the retry is like the first request", async () => {
    const all = await startCrash();
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
    const all = await startCrash();
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
    const { world, account, ask, settled } = await startCrash(300);
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
    const all = await startCrash();
    const { world, account, ask, isolate } = all;
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
    const { world, account, ask, settled } = await startCrash();
    world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    expect((await ask()).status).toBe(503);
    await settled();
    expect([account.holds(), account.entries(), account.balance()]).toEqual([0, [], 1000]);
  });
});

describe("a fault between the work and the settlement", () => {
  it("charges nobody; the retry is charged once, and makes the model work no more", async () => {
    const all = await startCrash();
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
    const { world, account, ask, settled } = await startCrash();
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
    const all = await startCrash();
    const { world, ask } = all;
    world.work = () => pastDeadline(all);
    expect(moneyOf(await ask())).toMatchObject({ status: 200, charge: 300, balance: 700 });
  });

  it("is 402 without the money, and sent without work when it is there", async () => {
    const all = await startCrash(300);
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
