import { describe, expect, it } from "vitest";
import { createStripeBiller } from "../../../src/payments/stripe/stripe-biller.ts";
import { PURCHASE_MS } from "../../../src/payments/stripe/purchase.ts";
import { deliveryOf, ENTRY_MS } from "../../support/deliveries.ts";
import { stripeDouble, stripeError, type StripeReply } from "../../support/stripe-double.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What bills at a double of Stripe. */
function billerAt(reply: StripeReply, nowMs = ENTRY_MS) {
  const stripe = stripeDouble(reply);
  const logged: unknown[] = [];
  const options = {
    ...stripe.options,
    eventName: "usage",
    now: () => nowMs,
    logFailure: (thrown: unknown) => void logged.push(thrown),
  };
  return { ...createStripeBiller(options), sent: stripe.sent, logged };
}

const takes: StripeReply = () => Response.json({ object: "billing.meter_event" });
const noNetwork: StripeReply = () => Promise.reject(new TypeError("no network"));

describe("a charge or refund", () => {
  it("is an event of the meter, whose identifier is the row's id", async () => {
    const { bill, sent } = billerAt(takes);
    expect(await bill(deliveryOf("charge"))).toEqual({ type: "delivered" });
    expect(sent.map(({ method, path, fields }) => [method, path, fields])).toEqual([
      [
        "POST",
        "/v1/billing/meter_events",
        {
          event_name: "usage",
          identifier: "charge.chg_a.7",
          timestamp: String(ENTRY_MS / 1000),
          "payload[stripe_customer_id]": "cus_1",
          "payload[value]": "1500",
        },
      ],
    ]);
    expect(sent[0]?.headers.has("idempotency-key")).toBe(false);
  });

  it("is subtracted if it is a refund", async () => {
    const { bill, sent } = billerAt(takes);
    await bill(deliveryOf("refund"));
    expect(sent[0]?.fields).toMatchObject({ identifier: "refund.chg_a.7", "payload[value]": "-1500" });
  });

  it("that is older than a meter takes is billed as of the oldest time that it takes", async () => {
    const { bill, sent } = billerAt(takes, ENTRY_MS + 100 * DAY_MS);
    await bill(deliveryOf("charge"));
    expect(sent[0]?.fields["timestamp"]).toBe(String((ENTRY_MS + 66 * DAY_MS) / 1000));
  });

  it.each([
    [
      "delivered, if the meter has it already",
      { type: "delivered" },
      () =>
        stripeError(400, {
          type: "invalid_request_error",
          message: "An event already exists with identifier charge.chg_a.7.",
        }),
    ],
    [
      "delivered, if the meter says so by a code",
      { type: "delivered" },
      () => stripeError(400, { code: "duplicate_meter_event" }),
    ],
    ["sent again, if Stripe is away", { type: "later", isAway: true }, noNetwork],
    ["sent again, if Stripe fails", { type: "later", isAway: true }, () => stripeError(500, {})],
    [
      "sent again, if there were too many",
      { type: "later", isAway: true },
      () => stripeError(429, { code: "lock_timeout" }),
    ],
    [
      "sent again, if it is refused",
      { type: "later", isAway: false },
      () => stripeError(400, { message: "No such customer" }),
    ],
    ["sent again, if the key is refused", { type: "later", isAway: false }, () => stripeError(401, {})],
  ] as const)("is %s", async (_, expected, reply) => {
    const { bill, logged } = billerAt(reply);
    expect(await bill(deliveryOf("charge"))).toEqual(expected);
    expect(logged).toHaveLength(expected.type === "later" && !expected.isAway ? 1 : 0);
  });
});

describe("a purchase with the saved card", () => {
  it("is a payment off session, under a key of the account and the row", async () => {
    const { buy, sent } = billerAt(() => Response.json({ id: "pi_auto", status: "succeeded" }));
    expect(await buy(deliveryOf("auto-top-up"))).toEqual({ type: "paid", payment: "pi_auto", amount: 5_000_000 });
    expect(sent[0]?.fields).toEqual({
      amount: "500",
      currency: "usd",
      customer: "cus_1",
      payment_method: "pm_1",
      off_session: "true",
      confirm: "true",
      error_on_requires_action: "true",
      description: "Credits, bought automatically",
      "metadata[florence_edge_account]": "3yQ0zVt8aPk",
      "metadata[florence_edge_amount]": "5000000",
    });
    expect(sent[0]?.headers.get("idempotency-key")).toBe("florence-edge-auto-top-up-3yQ0zVt8aPk-7");
  });

  it.each([
    [
      "left to an event, while it is in progress",
      { type: "delivered" },
      () => Response.json({ id: "pi_1", status: "processing" }),
    ],
    [
      "given up, if it needs its owner",
      { type: "declined" },
      () => Response.json({ id: "pi_1", status: "requires_action" }),
    ],
    [
      "given up, if the card is declined",
      { type: "declined" },
      () => stripeError(402, { type: "card_error", code: "card_declined" }),
    ],
    ["tried again, if nobody knows what has happened", { type: "later", isAway: true }, noNetwork],
    ["tried again, if Stripe fails", { type: "later", isAway: true }, () => stripeError(503, {})],
  ] as const)("is %s", async (_, expected, reply) => {
    const { buy } = billerAt(reply);
    expect(await buy(deliveryOf("auto-top-up"))).toEqual(expected);
  });

  it("is not begun again when Stripe may have forgotten the first attempt", async () => {
    const { buy, sent } = billerAt(takes, ENTRY_MS + PURCHASE_MS + 1);
    expect([await buy(deliveryOf("auto-top-up")), sent]).toEqual([{ type: "declined" }, []]);
    expect(PURCHASE_MS).toBeLessThan(DAY_MS);
  });

  it.each([
    ["somebody has paid meanwhile", { balance: 1000 }],
    ["the account was closed", { status: "closed" }],
  ] as const)("is not made if %s", async (_name, change) => {
    const { buy, sent } = billerAt(takes);
    const { account } = deliveryOf("auto-top-up");
    const delivery = deliveryOf("auto-top-up", { account: { ...account, ...change } });
    expect([await buy(delivery), sent]).toEqual([{ type: "delivered" }, []]);
  });

  it("is nothing, if it was turned off meanwhile", async () => {
    const { buy, sent } = billerAt(takes);
    const { billing } = deliveryOf("auto-top-up");
    const off = deliveryOf("auto-top-up", { billing: { ...billing, autoTopUp: null } });
    expect([await buy(off), sent]).toEqual([{ type: "delivered" }, []]);
  });
});
