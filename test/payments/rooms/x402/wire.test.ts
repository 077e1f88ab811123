import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHeader, parsePayment } from "../../../../src/payments/x402/wire.ts";
import { signedPayment } from "../../../support/x402-chain.ts";

const payment = signedPayment(Date.UTC(2026, 10, 30), 1, 300);
const parsed = parsePayment(payment);

/** A payment in which one part is another. */
// oxlint-disable-next-line typescript/no-explicit-any -- what is no payment any more
function changed(change: (payment: Record<string, any>) => void): string {
  const copy = structuredClone(parsed);
  if (copy === undefined) throw new Error("The payment cannot be read.");
  change(copy);
  return encodeHeader(copy);
}

describe("parsePayment", () => {
  it("reads a payment, and keeps what it does not know for the facilitator", () => {
    const extended = changed((copy) => {
      copy["extensions"] = { ünknown: { info: "é" } };
    });
    expect(parsePayment(extended)).toEqual({ ...parsed, extensions: { ünknown: { info: "é" } } });
  });

  it.each([
    ["of version 1", changed((copy) => (copy["x402Version"] = 1))],
    ["of another scheme", changed((copy) => (copy["accepted"].scheme = "upto"))],
    ["without an authorization", changed((copy) => delete copy["payload"].authorization)],
    ["to no address", changed((copy) => (copy["payload"].authorization.to = "0x12"))],
    ["of a value with a sign", changed((copy) => (copy["payload"].authorization.value = "-300"))],
    ["of a value that is a number", changed((copy) => (copy["payload"].authorization.value = 300))],
    ["with a short nonce", changed((copy) => (copy["payload"].authorization.nonce = "0x01"))],
    ["with an endless signature", changed((copy) => (copy["payload"].signature = `0x${"0".repeat(9000)}`))],
    ["of JSON without base64", JSON.stringify(parsed)],
    ["of bytes that are no UTF-8", btoa("\u00FF\u00FE")],
    ["of no object", encodeHeader([])],
    ["that is empty", ""],
    ["that is too long", "A".repeat(40_000)],
  ])("refuses one %s", (_name, header) => {
    expect(parsePayment(header)).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => parsePayment(text) === undefined));
    fc.assert(fc.property(fc.jsonValue(), (value) => parsePayment(encodeHeader({ value })) === undefined));
    expect(parsePayment(payment)).toBeDefined();
  });
});
