import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { moneyOf } from "../support/paid-requests.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { codeOf, createX402App, headerJson, unkeyed, unkeyedBatch } from "../support/x402-app.ts";
import { says } from "../support/x402-world.ts";

describe("a payment for several tasks", () => {
  it("is for all of them", async () => {
    const { isolate, sign, chain } = createX402App();
    const { app, settled } = isolate();
    const items = [{ task: "caption" }, { task: "caption", image: "bm90IGEgcGljdHVyZQ==" }];
    const response = await app.request(...unkeyedBatch(items, sign(1, 600)));
    expect(await codeOf(response)).toEqual([415, "unsupported-image"]);
    await settled();
    expect(chain.paid()).toBe(0);
    const good = await app.request(...unkeyedBatch([{ task: "caption" }, { task: "ocr" }], sign(1, 600)));
    expect(moneyOf(good)).toMatchObject({ status: 200, charge: 600 });
    expect(chain.paid()).toBe(600);
  });
});

describe("a stream", () => {
  it("is settled before its first event, and says so in its headers and at its end", async () => {
    const { isolate, sign, chain } = createX402App();
    const response = await isolate().app.request(...unkeyed(sign(1), "?stream=true"));
    expect(headerJson(response, "payment-response")).toMatchObject({ success: true });
    expect(chain.paid()).toBe(300);
    expect(await response.text()).toContain('"charge_micro_usd":300');
  });

  it("sends nothing if it is not settled", async () => {
    const { isolate, sign, x402 } = createX402App();
    x402.fault = says("settle", () => ({}));
    expect(await codeOf(await isolate().app.request(...unkeyed(sign(1), "?stream=true")))).toEqual([
      503,
      "payment-unsettled",
    ]);
  });

  it("that breaks later stays paid, and the same payment has it again", async () => {
    const { isolate, sign, chain, paid } = createX402App();
    const { app, settled } = isolate();
    paid.done = () => Promise.reject(new Problem("backend-failed", "broken"));
    const response = await app.request(...unkeyed(sign(1), "?stream=true"));
    const text = await response.text();
    await settled();
    expect([response.status === 503, text.includes("backend-failed")]).toContain(true);
    paid.done = nextTask;
    const again = await app.request(...unkeyed(sign(1), "?stream=true"));
    expect([again.status, (await again.text()).includes('"type":"done"'), chain.paid()]).toEqual([200, true, 300]);
  });
});

describe("several payments", () => {
  it("pay again for what another payment has paid, from a cache that is the payer's own", async () => {
    const { isolate, sign, chain, paid } = createX402App();
    const { app } = isolate();
    await app.request(...unkeyed(sign(1)));
    expect(moneyOf(await app.request(...unkeyed(sign(2))))).toMatchObject({ status: 200, charge: 300 });
    const other = sign(3, 300, { from: `0x${"0b".repeat(20)}` });
    expect(moneyOf(await app.request(...unkeyed(other)))).toMatchObject({ status: 200, charge: 300 });
    expect([chain.uses.size, paid.requests.length]).toEqual([3, 2]);
  });
});
