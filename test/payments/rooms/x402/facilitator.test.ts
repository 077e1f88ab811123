import { describe, expect, it } from "vitest";
import { acceptPayment } from "../../../../src/payments/x402/accept-payment.ts";
import { createProve } from "../../../../src/payments/x402/chain.ts";
import { createFacilitator } from "../../../../src/payments/x402/facilitator.ts";
import { requirementsFor } from "../../../../src/payments/x402/terms.ts";
import { parsePayment } from "../../../../src/payments/x402/wire.ts";
import { PAYER, signedPayment, terms } from "../../../support/x402-chain.ts";

const nowMs = Date.UTC(2026, 10, 30);

async function onePayment() {
  const payload = parsePayment(signedPayment(nowMs, 1, 300));
  const payment = payload && (await acceptPayment(payload, requirementsFor(terms, 300), nowMs));
  if (payment === undefined || typeof payment === "string") throw new Error("The payment is not accepted.");
  return payment;
}

const textOf = ({ body }: RequestInit): string => (typeof body === "string" ? body : "");

/** A server that gives one reply, and what it was sent. */
function serverSaying(reply: () => Response) {
  const sent: { url: string; init: RequestInit }[] = [];
  const logged: unknown[] = [];
  const post = {
    fetch: async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return reply();
    },
    timeout: () => new AbortController().signal,
  };
  const logFailure = (thrown: unknown): void => void logged.push(thrown);
  return { sent, logged, post, logFailure };
}

describe("a facilitator", () => {
  it("is sent the payment as it came, what it must say, and the operator's Authorization", async () => {
    const { sent, post, logFailure } = serverSaying(() => Response.json({ isValid: true, payer: PAYER }));
    const facilitator = createFacilitator({ ...post, url: "https://f.test/v2", authorization: "Bearer x", logFailure });
    const payment = await onePayment();
    expect(await facilitator.verify(payment)).toEqual({ type: "valid" });
    const [{ url, init } = { url: "", init: {} }] = sent;
    expect([url, new Headers(init.headers).get("authorization"), init.redirect]).toEqual([
      "https://f.test/v2/verify",
      "Bearer x",
      "manual",
    ]);
    expect(JSON.parse(textOf(init))).toEqual({
      x402Version: 2,
      paymentPayload: payment.payload,
      paymentRequirements: payment.requirements,
    });
  });

  it.each([
    ["no JSON", () => new Response("<html>")],
    ["no body", () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test" } })],
    ["too much", () => new Response("9".repeat(300_000))],
    ["a list", () => Response.json([])],
  ])("that replies %s is not known to have done anything, or nothing", async (_name, reply) => {
    const { post, logFailure } = serverSaying(reply);
    const facilitator = createFacilitator({ ...post, url: "https://f.test", authorization: undefined, logFailure });
    const payment = await onePayment();
    expect((await facilitator.verify(payment)).type).toBe("unknown");
    expect((await facilitator.settle(payment)).type).toBe("unknown");
  });

  it("is believed whatever the status of its reply is", async () => {
    const refusal = { success: false, errorReason: "insufficient_funds", transaction: "", network: terms.network };
    const { post, logFailure } = serverSaying(() => Response.json(refusal, { status: 400 }));
    const facilitator = createFacilitator({ ...post, url: "https://f.test", authorization: undefined, logFailure });
    expect(await facilitator.settle(await onePayment())).toEqual({ type: "refused", reason: "insufficient_funds" });
  });
});

const TRANSACTION = `0x${"7".repeat(64)}`;
const padded = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** What a node says of a payment. */
const proofOf = async (results: Readonly<Record<string, unknown>>) => {
  const fetch = async (_: string, init: RequestInit) =>
    Response.json({ result: results[JSON.parse(textOf(init)).method] });
  const post = { fetch, timeout: () => new AbortController().signal };
  return createProve("https://node.test", post, () => {})(await onePayment());
};

describe("the chain", () => {
  const used = { transactionHash: TRANSACTION, address: terms.asset, logIndex: "0x4", topics: [], data: "0x" };
  const transfer = {
    ...used,
    logIndex: "0x5",
    topics: [TRANSFER, padded(PAYER), padded(terms.payTo)],
    data: `0x${(300).toString(16).padStart(64, "0")}`,
  };
  const latest = { number: "0x10", timestamp: `0x${(nowMs / 1000).toString(16)}` };
  const node = { eth_getBlockByNumber: latest, eth_getLogs: [used] };

  it("proves a payment by the transfer right after the use of its nonce", async () => {
    const logs = [used, transfer];
    expect(await proofOf({ ...node, eth_getTransactionReceipt: { status: "0x1", logs } })).toEqual({
      type: "paid",
      transaction: TRANSACTION,
    });
  });

  it.each([
    ["to another address", { topics: [TRANSFER, padded(PAYER), padded(PAYER)] }],
    ["of another payer", { topics: [TRANSFER, padded(terms.payTo), padded(terms.payTo)] }],
    ["of another amount", { data: `0x${(299).toString(16).padStart(64, "0")}` }],
    ["of another token", { address: PAYER }],
    ["elsewhere in the transaction", { logIndex: "0x9" }],
    ["that is another event", { topics: [TRANSACTION, padded(PAYER), padded(terms.payTo)] }],
  ])("does not take a transfer %s for it", async (_name, change) => {
    const logs = [used, { ...transfer, ...change }];
    expect((await proofOf({ ...node, eth_getTransactionReceipt: { status: "0x1", logs } })).type).toBe("never");
  });

  it("does not know while the payment may still be settled, and knows when it cannot any more", async () => {
    const unused = { ...node, eth_getLogs: [] };
    expect((await proofOf(unused)).type).toBe("unknown");
    const later = { ...latest, timestamp: `0x${(nowMs / 1000 + 301).toString(16)}` };
    expect((await proofOf({ ...unused, eth_getBlockByNumber: later })).type).toBe("never");
    // Its logs do not go back to when the payment was signed.
    expect((await proofOf({ ...unused, eth_getBlockByNumber: { ...later, number: "0xffffff" } })).type).toBe("unknown");
  });

  it.each([
    ["nothing", {}],
    ["no block", { ...node, eth_getBlockByNumber: null }],
    ["no receipt", { ...node, eth_getTransactionReceipt: null }],
  ])("is not known if the node says %s", async (_name, results) => {
    expect((await proofOf(results)).type).toBe("unknown");
  });
});
