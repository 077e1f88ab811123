import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Place, PRICE, question, startBuyer, startPlace } from "./support/place.ts";

const PAYMENTS = Number(process.env["X402_PAYMENTS"] ?? 1000);
const AT_ONCE = 8;

let place: Place;
let number = 0;

beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/** What a request has changed: on the chain, and at the model. */
async function changes(work: () => Promise<void>) {
  const before = { paid: await place.received(), works: place.backend.inferenceRequests() };
  await work();
  const { received, backend } = place;
  return { paid: (await received()) - before.paid, works: backend.inferenceRequests() - before.works };
}

const codeOf = async (response: Response) => [response.status, (await response.json()).code];

describe("a thousand payments", () => {
  it("bring the price of each answer, and nothing else", async () => {
    const buyer = await startBuyer(place, BigInt(PAYMENTS * PRICE));
    const statuses: number[] = [];
    const first = number;
    number += PAYMENTS;
    let next = first;
    const buy = async (): Promise<void> => {
      while (next < first + PAYMENTS) {
        const response = await buyer.pay(...question((next += 1)));
        statuses.push(response.status);
        expect(JSON.parse(atob(response.headers.get("payment-response") ?? ""))).toMatchObject({ success: true });
        await response.arrayBuffer();
      }
    };
    const done = await changes(async () => {
      await Promise.all(Array.from({ length: AT_ONCE }, buy));
    });
    expect(Object.fromEntries(Map.groupBy(statuses, String))).toEqual({
      200: expect.objectContaining({ length: PAYMENTS }),
    });
    expect(done).toEqual({ paid: PAYMENTS * PRICE, works: PAYMENTS });
    expect(await place.chain.balanceOf(buyer.payer.address)).toBe(0n);
  });
});

describe("one signature", () => {
  it("five times at once makes the model work once, and pays once", async () => {
    const buyer = await startBuyer(place);
    const [path, init] = question((number += 1), { "cache-control": "no-store" });
    const payment = await buyer.sign(path, init);
    place.backend.delay(300);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...payment };
    const statuses: number[] = [];
    const done = await changes(async () => {
      const told = await Promise.all(Array.from({ length: 5 }, () => buyer.ask(path, { ...init, headers })));
      statuses.push(...told.map(({ status }) => status));
    });
    place.backend.delay(0);
    expect(statuses.toSorted()).toEqual([200, 409, 409, 409, 409]);
    expect(done).toEqual({ paid: PRICE, works: 1 });
  });

  it("later gives the same answer for nothing, and another request nothing", async () => {
    const buyer = await startBuyer(place);
    const [path, init] = question((number += 1));
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(await buyer.sign(path, init)) };
    const texts: string[] = [];
    const done = await changes(async () => {
      for (let time = 0; time < 3; time += 1) texts.push(await (await buyer.ask(path, { ...init, headers })).text());
    });
    expect([new Set(texts).size, done]).toEqual([1, { paid: PRICE, works: 1 }]);
    const [other] = question((number += 1));
    expect(await codeOf(await buyer.ask(other, { ...init, headers }))).toEqual([409, "payment-in-use"]);
  });
});

describe("a facilitator that is ill", () => {
  /** What a request is told while the facilitator has a fault, what its retry is told, and what both have changed. */
  async function withFault(fault: string, heal: () => Promise<void> = async () => {}) {
    const buyer = await startBuyer(place);
    const [path, init] = question((number += 1));
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(await buyer.sign(path, init)) };
    const told: unknown[] = [];
    const done = await changes(async () => {
      await place.facilitator.failNext(fault);
      told.push((await buyer.ask(path, { ...init, headers })).status);
      await heal();
      told.push((await buyer.ask(path, { ...init, headers })).status);
    });
    return { told, ...done };
  }

  it("slowly answers, and is waited for", async () => {
    expect(await withFault("slow")).toEqual({ told: [200, 200], paid: PRICE, works: 1 });
  });

  it("dead before it has sent anything: unknown, and the retry pays once", async () => {
    expect(await withFault("dead")).toEqual({ told: [503, 200], paid: PRICE, works: 1 });
  });

  it.each(["lie-without-transaction", "lie-other-payer", "lie-other-network", "lie-other-amount"])(
    "that tells the %s is not believed, and the retry pays once",
    async (fault) => {
      expect(await withFault(fault)).toEqual({ told: [503, 200], paid: PRICE, works: 1 });
    },
  );

  it("killed after the transaction was sent: unknown for as long as nobody asks the chain, and never 402", async () => {
    const revive = () => place.facilitator.revive();
    expect(await withFault("killed-after-broadcast", revive)).toEqual({ told: [503, 503], paid: PRICE, works: 1 });
  });

  it("that settles twice, and is refused the second time, pays once", async () => {
    expect(await withFault("double")).toEqual({ told: [503, 503], paid: PRICE, works: 1 });
  });

  it("that waits for its transaction: pending is unknown, and its own memory resolves it", async () => {
    const { told, paid, works } = await withFault("pending");
    expect([told[0], paid, works]).toEqual([503, PRICE, 1]);
    expect([200, 503]).toContain(told[1]);
  });
});

describe("where the Worker can ask the chain", () => {
  let knowing: Place;
  beforeAll(async () => {
    knowing = await startPlace({ hasNode: true });
  });
  afterAll(() => knowing[Symbol.asyncDispose]());

  it.each(["lost-reply", "double", "pending", "killed-after-broadcast"])(
    "a settlement after %s is found there, at once, and pays once",
    async (fault) => {
      const buyer = await startBuyer(knowing);
      const [path, init] = question((number += 1));
      await knowing.facilitator.failNext(fault);
      const response = await buyer.pay(path, init);
      if (fault === "killed-after-broadcast") await knowing.facilitator.revive();
      expect(JSON.parse(atob(response.headers.get("payment-response") ?? ""))).toMatchObject({
        success: true,
        transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/u),
      });
      expect([response.status, await knowing.chain.balanceOf(buyer.payer.address)]).toEqual([200, 10_000_000n - 600n]);
    },
  );

  it("credits are bought without a key, and then spent with it", async () => {
    const buyer = await startBuyer(knowing);
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
      body: JSON.stringify({ amount: 500_000 }),
    };
    const before = await knowing.received();
    const bought = await (await buyer.pay("/v1/top-ups", init)).json();
    expect([(await knowing.received()) - before, bought.balance]).toEqual([500_000, 500_000]);
    const answer = await buyer.ask(...question((number += 1), { authorization: `Bearer ${bought.key}` }));
    expect([answer.status, answer.headers.get("balance")]).toEqual([200, String(500_000 - PRICE)]);
  });
});
