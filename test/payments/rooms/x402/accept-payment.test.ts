import { describe, expect, it } from "vitest";
import { acceptPayment } from "../../../../src/payments/x402/accept-payment.ts";
import { requirementsFor } from "../../../../src/payments/x402/terms.ts";
import { parsePayment } from "../../../../src/payments/x402/wire.ts";
import { PAYER, type PaymentParts, signedPayment, terms } from "../../../support/x402-chain.ts";

const nowMs = Date.UTC(2026, 10, 30);
const seconds = nowMs / 1000;

async function accept(parts: PaymentParts, nonce = 1, price = 300) {
  const payload = parsePayment(signedPayment(nowMs, nonce, 300, parts));
  if (payload === undefined) throw new Error("The payment cannot be read.");
  return acceptPayment(payload, requirementsFor(terms, price), nowMs);
}

async function accepted(parts: PaymentParts = {}, nonce = 1) {
  const payment = await accept(parts, nonce);
  if (typeof payment === "string") throw new Error(payment);
  return payment;
}

describe("acceptPayment", () => {
  it("accepts a payment of the price, whatever the case of its addresses", async () => {
    const payment = await accepted();
    expect(payment).toMatchObject({ payer: PAYER.toLowerCase(), expiresMs: nowMs + 300_000 });
    expect(payment.name).toMatch(/^[0-9a-f]{64}$/u);
    expect((await accepted({ from: PAYER.toLowerCase(), to: terms.payTo.toLowerCase() })).name).toBe(payment.name);
  });

  it("names a payment by its payer and nonce only", async () => {
    const { name, signature } = await accepted();
    const another = await accepted({ validBefore: String(seconds + 200), signature: "0x00" });
    expect([another.name, another.signature === signature]).toEqual([name, false]);
    expect((await accepted({}, 2)).name).not.toBe(name);
    expect((await accepted({ from: terms.payTo })).name).not.toBe(name);
  });

  it.each([
    ["another chain", { network: "eip155:1" }],
    ["another token", { asset: PAYER }],
    ["another address", { to: PAYER }],
    ["less", { value: "299" }],
    ["more", { value: "301" }],
    ["a time to come", { validAfter: String(seconds + 1) }],
    ["too long a time", { validBefore: String(seconds + 3601) }],
  ] satisfies readonly (readonly [string, PaymentParts])[])(
    "says what is wrong with one of %s",
    async (_name, parts) => {
      expect(typeof (await accept(parts))).toBe("string");
    },
  );

  it("says that the price is another", async () => {
    expect(typeof (await accept({}, 1, 600))).toBe("string");
  });
});
