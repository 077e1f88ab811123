import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { MAX_REPEATS } from "../../src/payments/x402/claim.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { moneyOf } from "../support/paid-requests.ts";
import { codeOf, createX402App, headerJson, unkeyed, unkeyedBatch } from "../support/x402-app.ts";
import { terms } from "../support/x402-chain.ts";
import { lost, unreached, well } from "../support/x402-world.ts";
import { nextTask } from "../support/tiny-backend.ts";

/** A body that says when it is read, and ends never. */
function unreadBody() {
  const state = { isRead: false };
  const body = new ReadableStream(
    {
      pull: () => {
        state.isRead = true;
        return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  return { state, init: { body, duplex: "half" } };
}

describe("a request without a key and a payment", () => {
  it("is told its price, in a problem and as x402 says it, and nothing is stored", async () => {
    const { isolate, claims, x402 } = createX402App();
    const response = await isolate().app.request(...unkeyed());
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(headerJson(response, "payment-required")).toMatchObject({
      x402Version: 2,
      resource: { url: "http://localhost/v1/caption", mimeType: "application/json" },
      accepts: [
        {
          scheme: "exact",
          network: terms.network,
          amount: "300",
          asset: terms.asset,
          payTo: terms.payTo,
          maxTimeoutSeconds: 300,
          extra: { name: "USDC", version: "2" },
        },
      ],
      extensions: { bazaar: { info: { input: { type: "http", method: "POST", bodyType: "json" } } } },
    });
    expect(await response.json()).toMatchObject({ code: "payment-required", status: 402, price: 300 });
    expect([claims.size, x402.calls]).toEqual([0, []]);
  });

  it("is told it without its picture being read, if the query alone says what is asked", async () => {
    const { state, init } = unreadBody();
    const [path, request] = unkeyed({}, "?beams=2");
    const response = await createX402App()
      .isolate()
      .app.request(path, { ...request, ...init });
    expect(headerJson(response, "payment-required")).toMatchObject({ accepts: [{ amount: "200" }] });
    expect(state.isRead).toBe(false);
  });

  it("is told its own mistakes first", async () => {
    const { app } = createX402App().isolate();
    expect(await codeOf(await app.request(...unkeyed({}, "?beams=9")))).toEqual([400, "invalid-request"]);
    const [path, picture] = unkeyed(
      {},
      `?${new URLSearchParams({ labels: Array(64).fill("a").join(), beams: "5", max_new_tokens: "1024" })}`,
    );
    const large = await app.request(path.replace("caption", "open-vocabulary-detection"), picture);
    expect((await codeOf(large))[1]).toBe("too-much-work");
    const json = { method: "POST", headers: { "content-type": "application/json" } };
    expect(await codeOf(await app.request("/v1/caption", { ...json, body: "{" }))).toEqual([400, "invalid-json"]);
    expect(await codeOf(await app.request("/v1/caption", { ...json, body: "{}" }))).toEqual([400, "image-required"]);
    const batch = unkeyedBatch([{ task: "caption" }, { task: "vqa" }], {});
    expect(await codeOf(await app.request(...batch))).toEqual([404, "unknown-task"]);
  });

  it("is told the price of all its tasks together", async () => {
    const { app } = createX402App().isolate();
    const response = await app.request(...unkeyedBatch([{ task: "caption" }, { task: "object-detection" }], {}));
    expect(headerJson(response, "payment-required")).toMatchObject({ accepts: [{ amount: "900" }] });
  });

  it("is not told a price above its Max-Price", async () => {
    const response = await createX402App()
      .isolate()
      .app.request(...unkeyed({ "max-price": "299" }));
    expect(response.headers.get("payment-required")).toBeNull();
    expect(await codeOf(response)).toEqual([402, "price-above-maximum"]);
  });

  it("needs a key where payments are off, and a key that is wrong is no reason to ask for a payment", async () => {
    const { isolate, sign } = createX402App();
    const off = await createPaidWorld()
      .isolate()
      .app.request(...unkeyed(sign(1)));
    expect([off.headers.get("payment-required"), await codeOf(off)]).toEqual([null, [401, "key-missing"]]);
    const wrong = await isolate().app.request(...unkeyed({ ...sign(1), authorization: "Bearer wrong" }));
    expect(await codeOf(wrong)).toEqual([401, "key-invalid"]);
  });
});

describe("a request with a payment", () => {
  it("is answered, charged and told so", async () => {
    const { isolate, sign, chain, paid } = createX402App();
    const { app, settled } = isolate();
    const response = await app.request(...unkeyed(sign(1)));
    expect(moneyOf(response)).toEqual({ status: 200, charge: 300, isRepeat: false, balance: undefined });
    expect(response.headers.get("charge")).toMatch(/id="pay_[0-9a-f]{32}"/u);
    expect(headerJson(response, "payment-response")).toMatchObject({
      success: true,
      network: terms.network,
      amount: "300",
      transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/u),
    });
    expect(await response.json()).toMatchObject({ type: "text", text: "a cat" });
    await settled();
    expect([chain.paid(), paid.requests.length]).toEqual([300, 1]);
  });

  it("has its answer again for nothing, some times, and another request has nothing for it", async () => {
    const { isolate, sign, chain } = createX402App();
    const { app } = isolate();
    const payment = sign(1);
    await app.request(...unkeyed(payment));
    for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
      expect(moneyOf(await app.request(...unkeyed(payment)))).toMatchObject({ status: 200, charge: 0, isRepeat: true });
    }
    expect(await codeOf(await app.request(...unkeyed(payment)))).toEqual([409, "payment-in-use"]);
    expect(await codeOf(await app.request(...unkeyed(payment, "?max_new_tokens=200")))).toEqual([
      409,
      "payment-in-use",
    ]);
    expect(chain.paid()).toBe(300);
  });

  it("makes the model work once for five at once, also where each wants a new generation", async () => {
    const { isolate, sign, chain, paid } = createX402App();
    const { app } = isolate();
    const gate = Promise.withResolvers<void>();
    paid.work = () => gate.promise;
    const payment = { ...sign(1), "cache-control": "no-store" };
    const asked = Array.from({ length: 5 }, async () => app.request(...unkeyed(payment)));
    for (let turn = 0; turn < 30; turn += 1) await nextTask();
    gate.resolve();
    const told = await Promise.all(asked);
    expect(told.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409, 409, 409, 409]);
    expect([paid.requests.length, chain.paid()]).toEqual([1, 300]);
  });

  it("is let go if the model fails, and pays for the next attempt", async () => {
    const { isolate, sign, chain, paid, claims } = createX402App();
    const { app, settled } = isolate();
    paid.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    expect(await codeOf(await app.request(...unkeyed(sign(1))))).toEqual([503, "backend-unavailable"]);
    await settled();
    expect([claims.size, chain.paid()]).toEqual([0, 0]);
    paid.work = nextTask;
    expect(moneyOf(await app.request(...unkeyed(sign(1))))).toMatchObject({ status: 200, charge: 300 });
  });

  it("is let go if its picture is none", async () => {
    const { isolate, sign, claims } = createX402App();
    const { app, settled } = isolate();
    const [path, init] = unkeyed(sign(1));
    expect(await codeOf(await app.request(path, { ...init, body: "not a picture" }))).toEqual([
      415,
      "unsupported-image",
    ]);
    await settled();
    expect(claims.size).toBe(0);
  });

  it("is refused if it is of another price, and is told the right one", async () => {
    const { isolate, sign, x402 } = createX402App();
    const response = await isolate().app.request(...unkeyed(sign(1, 200)));
    expect(headerJson(response, "payment-required")).toMatchObject({ accepts: [{ amount: "300" }] });
    expect([await codeOf(response), x402.calls]).toEqual([[402, "payment-invalid"], []]);
  });

  it("is refused if its signature is wrong, or it cannot be read", async () => {
    const { isolate, sign, claims } = createX402App();
    const { app } = isolate();
    for (const payment of [sign(1, 300, { signature: "0x12" }), { "payment-signature": "e30=" }]) {
      expect(await codeOf(await app.request(...unkeyed(payment)))).toEqual([402, "payment-invalid"]);
    }
    expect(claims.size).toBe(0);
  });

  it("is never told 402 when nobody knows whether it was settled", async () => {
    const { isolate, sign, x402, chain } = createX402App({ hasNode: true });
    const { app } = isolate();
    x402.fault = (name, call) => (name === "node" ? unreached("node")(name, call) : lost("settle")(name, call));
    const response = await app.request(...unkeyed(sign(1)));
    expect([response.headers.get("retry-after"), response.headers.get("payment-required")]).toEqual(["2", null]);
    expect(await codeOf(response)).toEqual([503, "payment-unsettled"]);
    x402.fault = well;
    const retry = await app.request(...unkeyed(sign(1)));
    expect(moneyOf(retry)).toMatchObject({ status: 200, charge: 300 });
    expect(chain.paid()).toBe(300);
  });

  it("is answered 304 for its price, and a key goes before a payment", async () => {
    const { isolate, sign, chain, open } = createX402App();
    const { app } = isolate();
    const first = await app.request(...unkeyed(sign(1)));
    const tag = { "if-none-match": first.headers.get("etag") ?? "" };
    expect(moneyOf(await app.request(...unkeyed({ ...sign(2), ...tag })))).toMatchObject({ status: 304, charge: 300 });
    const { key, balance } = await open(1000);
    await app.request(...unkeyed({ ...sign(3), authorization: `Bearer ${key}` }));
    expect([chain.paid(), balance()]).toEqual([600, 700]);
  });
});
