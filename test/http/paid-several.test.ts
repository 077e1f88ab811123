import { describe, expect, it } from "vitest";
import { createPaidWorld } from "../support/paid-app.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { moneyOf, spelledBatch, street } from "../support/paid-requests.ts";

/** A request for several tasks on the picture. */
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

describe("several tasks", () => {
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

  it("are answered with the largest Max-Price that the header can have", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const headers = { "max-price": "999999999999999" };
    const response = await isolate().app.request(...analyze(account.key, [{ task: "caption" }], headers));
    expect(moneyOf(response)).toMatchObject({ status: 200, charge: 300 });
  });

  it("hold no more than Max-Price together, although several pictures are asked for at once", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    world.fault = async (_verb, call) => {
      await nextTask();
      return call();
    };
    const { app, settled } = isolate({ imageConcurrency: 4 });
    const tasks = ["caption", "ocr", "detailed-caption", "more-detailed-caption"].map((task) => ({ task }));
    const response = await app.request(...spelledBatch(account.key, tasks, { "max-price": "600" }));
    const { charge = Infinity } = moneyOf(response);
    const { results }: { results: readonly { status: string; problem: { code: string } | null }[] } =
      await response.json();
    const refused = results.filter(({ status }) => status !== "ok");
    // Which of them are answered depends on whose hold comes first, and that on threads that compute digests.
    expect(charge).toBeLessThanOrEqual(600);
    expect(new Set(refused.map(({ problem }) => problem?.code))).toEqual(new Set(["price-above-maximum"]));
    await settled();
    const expected = [10_000 - charge, 0, results.length - refused.length];
    expect([account.balance(), account.holds(), world.requests.length]).toEqual(expected);
  });
});
