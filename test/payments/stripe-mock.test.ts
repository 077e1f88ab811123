import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckout } from "../../src/payments/stripe/checkout.ts";
import { eventReaders } from "../../src/payments/stripe/read-event.ts";
import { createStripeApi, StripeError } from "../../src/payments/stripe/stripe-api.ts";
import { createStripeBiller } from "../../src/payments/stripe/stripe-biller.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { deliveryOf } from "../support/deliveries.ts";
import { type Double, startStripeMock } from "./support/doubles.ts";

let mock: Double;
beforeAll(async () => {
  mock = await startStripeMock();
});
afterAll(() => mock[Symbol.asyncDispose]());

const options = () => ({
  apiUrl: mock.url,
  secretKey: "sk_test_123",
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  timeout: (milliseconds: number) => AbortSignal.timeout(milliseconds),
});

const order = {
  account: "3yQ0zVt8aPk",
  money: "test",
  amount: 20_000_000,
  idempotencyKey: "a",
  savesCard: false,
  origin: "https://api.example.com",
} as const;

/** Stripe's own specification, which knows every field, accepts what is sent. */
describe("Stripe's stand-in accepts", () => {
  it.each([
    { hasTax: false, savesCard: false },
    { hasTax: true, savesCard: false },
    { hasTax: false, savesCard: true },
    { hasTax: true, savesCard: true },
  ])("a page to pay at: %j", async ({ hasTax, savesCard }) => {
    const till = createCheckout({
      ask: createStripeApi(options()),
      money: "test",
      hasTax,
      returnUrl: "",
      billingOf: () => createFakeLedger(),
    });
    expect(await till.open({ ...order, savesCard })).toMatchObject({
      amount: 20_000_000,
      id: expect.stringMatching(/^cs_/u),
    });
  });

  it("a page for the account's customer", async () => {
    const billing = createFakeLedger();
    await billing.create({ id: "a", name: "a", mode: "prepaid", creditLimit: 0, capMonth: null });
    await billing.setBilling({ customer: "cus_1" });
    const till = createCheckout({
      ask: createStripeApi(options()),
      money: "test",
      hasTax: false,
      returnUrl: "",
      billingOf: () => billing,
    });
    expect(await till.open({ ...order, savesCard: true })).toMatchObject({ status: "open" });
  });

  it.each(["charge", "refund"] as const)("what bills a %s", async (kind) => {
    const logged: unknown[] = [];
    const { bill } = createStripeBiller({
      ...options(),
      eventName: "usage",
      now: Date.now,
      logFailure: (thrown) => void logged.push(thrown),
    });
    expect([await bill(deliveryOf(kind)), logged]).toEqual([{ type: "delivered" }, []]);
  });

  it("a purchase with a saved card", async () => {
    const logged: unknown[] = [];
    const { buy } = createStripeBiller({
      ...options(),
      eventName: "usage",
      now: () => Date.UTC(2026, 10, 30, 12),
      logFailure: (thrown) => void logged.push(thrown),
    });
    // The status is a fixture's.
    expect([["paid", "declined", "delivered"].includes((await buy(deliveryOf("auto-top-up"))).type), logged]).toEqual([
      true,
      [],
    ]);
  });

  it.each([
    ["charge.refunded", { id: "ch_1" }],
    ["refund.created", { id: "re_1", amount: 5, currency: "usd", payment_intent: "pi_1", status: "succeeded" }],
    ["charge.dispute.created", { id: "dp_1", amount: 5, currency: "usd", payment_intent: "pi_1", status: "lost" }],
  ])("what is asked after %s", async (type, object) => {
    const ask = createStripeApi(options());
    const event = { id: "evt_1", type, livemode: false, data: { object } };
    // Its payments are for nothing here.
    const movements = (await eventReaders[type]?.(event, ask)) ?? ["not read"];
    expect(movements.filter((movement) => movement !== undefined)).toEqual([]);
  });

  it("and refuses what it does not know: so the above can fail", async () => {
    const asked = createStripeApi(options())({
      method: "POST",
      path: "/v1/billing/meter_events",
      fields: { nonsense: 1 },
    });
    await expect(asked).rejects.toBeInstanceOf(StripeError);
    await expect(asked).rejects.toMatchObject({ status: 400 });
  });
});
