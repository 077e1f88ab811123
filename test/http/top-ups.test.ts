import { describe, expect, it } from "vitest";
import { MAX_CARD_TOP_UP, MICRO_USD_PER_CENT, MIN_CARD_TOP_UP } from "../../src/contract/top-ups.ts";
import { ADMIN_KEY } from "../support/fake-accounts.ts";
import { fakePayingApp } from "../support/paying-app.ts";
import type { StripeReply } from "../support/stripe-double.ts";
import { stripeError } from "../support/stripe-double.ts";

const SESSION = {
  id: "cs_1",
  url: "https://checkout.stripe.com/c/pay/cs_1",
  status: "open",
  expires_at: 1_796_000_000,
};
const opens: StripeReply = () => Response.json(SESSION);

describe("POST /v1/top-ups", () => {
  it("opens a page whose payment says for whom it is, and what for", async () => {
    const { open, json, stripe } = fakePayingApp(opens);
    const { id, key } = await open();
    const { status, body } = await json("POST", "/v1/top-ups", { key, body: { amount: 20_000_000 } });
    expect([status, body]).toEqual([
      200,
      {
        id: "cs_1",
        status: "open",
        amount: 20_000_000,
        unit: "usd-micro",
        url: SESSION.url,
        expires: "2026-11-30T00:53:20.000Z",
      },
    ]);
    expect(stripe.sent[0]?.fields).toEqual({
      mode: "payment",
      client_reference_id: id,
      success_url: "http://localhost/",
      cancel_url: "http://localhost/",
      "metadata[florence_edge_account]": id,
      "metadata[florence_edge_amount]": "20000000",
      "payment_intent_data[metadata][florence_edge_account]": id,
      "payment_intent_data[metadata][florence_edge_amount]": "20000000",
      "line_items[0][quantity]": "1",
      "line_items[0][price_data][currency]": "usd",
      "line_items[0][price_data][unit_amount]": "2000",
      "line_items[0][price_data][tax_behavior]": "exclusive",
      "line_items[0][price_data][product_data][name]": "Credits",
      "line_items[0][price_data][product_data][description]": "20.000000 US dollars of credits",
      "adaptive_pricing[enabled]": "false",
    });
    expect(stripe.sent[0]?.headers.get("authorization")).toBe("Bearer sk_live_tests");
  });

  it("passes the Idempotency-Key on, apart for each account, and none if there is none", async () => {
    const { open, send, stripe } = fakePayingApp(opens);
    const [one, other] = [await open("one"), await open("other")];
    const buy = (key: string, headers = {}) =>
      send("POST", "/v1/top-ups", { key, body: { amount: 5_000_000 }, headers });
    const named = { "idempotency-key": "a" };
    for (const key of [one.key, one.key, other.key]) await buy(key, named);
    await buy(one.key);
    const keys = stripe.sent.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).toMatch(/^florence-edge-top-up-[0-9a-f]{64}$/u);
    expect([keys[1] === keys[0], keys[2] === keys[0], keys[3]]).toEqual([true, false, null]);
  });

  it("saves the card only if it is asked to, for the account's customer if it has one", async () => {
    const { open, send, json, stripe, ledgerOf } = fakePayingApp(opens);
    const { id, key } = await open();
    const buy = () => send("POST", "/v1/top-ups", { key, body: { amount: 5_000_000, save_card: true } });
    await buy();
    await ledgerOf(id).setBilling({ customer: "cus_1", card: "pm_1" });
    await buy();
    const [first, second] = stripe.sent.map(({ fields }) => fields);
    expect(first).toMatchObject({
      customer_creation: "always",
      "payment_intent_data[setup_future_usage]": "off_session",
    });
    expect(second).toMatchObject({ customer: "cus_1" });
    expect(second).not.toHaveProperty("customer_creation");
    expect((await json("GET", "/v1/billing", { key })).body.has_card).toBe(true);
  });

  it.each([
    MIN_CARD_TOP_UP - MICRO_USD_PER_CENT,
    MAX_CARD_TOP_UP + MICRO_USD_PER_CENT,
    MIN_CARD_TOP_UP + 1,
    0,
    -1,
    "5",
    null,
  ])("refuses the amount %j, and asks nobody", async (amount) => {
    const { open, json, stripe } = fakePayingApp(opens);
    const { key } = await open();
    const { status, body } = await json("POST", "/v1/top-ups", { key, body: { amount } });
    expect([status, body.code, body.issues[0].path, stripe.sent.length]).toEqual([400, "invalid-request", "amount", 0]);
  });

  it.each([MIN_CARD_TOP_UP, MAX_CARD_TOP_UP])("takes the amount %d", async (amount) => {
    const { open, json } = fakePayingApp(opens);
    const { key } = await open();
    expect((await json("POST", "/v1/top-ups", { key, body: { amount } })).status).toBe(200);
  });

  it("needs the scope for it, and an open account", async () => {
    const { open, json } = fakePayingApp(opens);
    const { key } = await open("Acme", 0, { scopes: ["infer", "usage:read", "keys:write"] });
    const closed = await open();
    await json("POST", `${closed.path}/close`, { key: ADMIN_KEY });
    const codes = [key, closed.key].map(
      async (each) => (await json("POST", "/v1/top-ups", { key: each, body: { amount: 5_000_000 } })).body.code,
    );
    expect(await Promise.all(codes)).toEqual(["scope-missing", "account-closed"]);
  });

  it("takes no real money for play money, nor the other way", async () => {
    const { open, json, stripe } = fakePayingApp(opens, { secretKey: "sk_test_tests" });
    const { key } = await open();
    const { status, body } = await json("POST", "/v1/top-ups", { key, body: { amount: 5_000_000 } });
    expect([status, body.code, stripe.sent.length]).toEqual([409, "top-up-unavailable", 0]);
  });

  it.each([
    ["payment-provider-unavailable", () => stripeError(500, {})],
    ["payment-provider-unavailable", () => stripeError(429, { code: "rate_limit" })],
    [
      "payment-provider-unavailable",
      () => stripeError(409, { type: "idempotency_error", code: "idempotency_key_in_use" }),
    ],
    ["payment-provider-unavailable", () => Promise.reject(new TypeError("no network"))],
    ["payment-provider-unavailable", () => new Response("<html>")],
    ["payment-provider-failed", () => stripeError(401, { message: "Invalid API Key provided: sk_live_*****" })],
    ["payment-provider-failed", () => stripeError(400, { type: "invalid_request_error", message: "No such price" })],
    ["idempotency-key-reused", () => stripeError(400, { type: "idempotency_error" })],
  ] satisfies readonly (readonly [string, StripeReply])[])(
    "answers %s, and nothing of what Stripe has said",
    async (code, reply) => {
      const { open, send } = fakePayingApp(reply);
      const { key } = await open();
      const response = await send("POST", "/v1/top-ups", { key, body: { amount: 5_000_000 } });
      const text = await response.text();
      expect(JSON.parse(text).code).toBe(code);
      expect(text).not.toMatch(/sk_live|No such price/u);
    },
  );

  it("is there, with its page of the contract, only if something can be bought", async () => {
    const { fakeAccountsApp } = await import("../support/fake-accounts.ts");
    const without = fakeAccountsApp();
    const { key } = await without.open();
    expect((await without.json("POST", "/v1/top-ups", { key, body: { amount: 5_000_000 } })).status).toBe(404);
    const paths = async (app: Pick<typeof without, "json">) =>
      Object.keys((await app.json("GET", "/openapi.json")).body.paths);
    const bought = ["/v1/top-ups", "/v1/billing", "/webhooks/stripe", "/admin/v1/accounts/{account}/billing"];
    expect((await paths(without)).filter((path) => bought.includes(path))).toEqual([]);
    expect((await paths(fakePayingApp())).filter((path) => bought.includes(path)).toSorted()).toEqual(
      bought.toSorted(),
    );
  });
});
