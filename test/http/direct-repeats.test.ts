import { expect, it } from "vitest";
import { MAX_UNKNOWN_KEYS } from "../../src/charging/guard.ts";
import { Problem } from "../../src/contract/problems.ts";
import { MAX_REPEATS } from "../../src/payments/x402/claim.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { codeOf, createX402App, unkeyed } from "../support/x402-app.ts";

it("a payment has its answer again although repeats of it have failed, whole or in a stream", async () => {
  const { isolate, sign, chain, paid } = createX402App();
  const { app, settled } = isolate();
  for (const query of ["", "?stream=true"]) {
    const own = { ...sign(query === "" ? 1 : 2), "cache-control": "no-store" };
    await (await app.request(...unkeyed(own, query))).text();
    paid.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
    for (let repeat = 0; repeat <= MAX_REPEATS; repeat += 1) {
      expect(await codeOf(await app.request(...unkeyed(own, query)))).toEqual([503, "backend-unavailable"]);
      await settled();
    }
    paid.work = nextTask;
    expect((await app.request(...unkeyed(own, query))).status).toBe(200);
  }
  expect(chain.paid()).toBe(600);
});

it("a payment is checked for no address that has sent many that are not valid, and for all others", async () => {
  const { isolate, sign, x402, claims } = createX402App();
  const { app } = isolate();
  const from = (address: string, nonce: number, parts = {}) =>
    app.request(...unkeyed({ ...sign(nonce, 300, parts), "cf-connecting-ip": address }));
  const forged = { signature: "0x12" };
  for (let nonce = 1; nonce <= MAX_UNKNOWN_KEYS; nonce += 1) {
    expect(await codeOf(await from("192.0.2.1", nonce, forged))).toEqual([402, "payment-invalid"]);
  }
  const asked = x402.calls.length;
  const refused = await from("192.0.2.1", 99, forged);
  expect([refused.headers.get("retry-after"), await codeOf(refused)]).toEqual(["60", [429, "rate-limited"]]);
  expect([x402.calls.length, claims.size]).toEqual([asked, 0]);
  expect((await from("192.0.2.2", 100)).status).toBe(200);
});
