import { describe, expect, it } from "vitest";
import { fakePayingApp } from "../support/paying-app.ts";
import { paymentOf } from "../support/stripe-double.ts";

/** A refund as Stripe tells of it. */
const refund = (id: string, amount: number, status = "succeeded") => ({
  id,
  object: "refund",
  amount,
  currency: "usd",
  charge: "ch_1",
  payment_intent: "pi_1",
  status,
});

/** A dispute about a payment of 20 dollars. */
const dispute = (status: string) => ({ id: "dp_1", amount: 2000, currency: "usd", payment_intent: "pi_1", status });

const SUCCEEDED = "payment_intent.succeeded";

describe("a refund", () => {
  it("takes its part of the credits, each part once, whichever events tell of it", async () => {
    const refunds = [refund("re_1", 500), refund("re_2", 300)] as const;
    const { openPaying, event, entries, ledgerOf } = fakePayingApp();
    const { id } = await openPaying(refunds);
    await event(SUCCEEDED, paymentOf(id, 2000));
    for (const each of [...refunds, refunds[0]]) {
      await event("charge.refunded", { id: "ch_1", object: "charge", amount_refunded: 800 });
      await event("refund.created", each);
      await event("refund.updated", refunds[0]);
    }
    expect(await entries(id)).toEqual([
      ["top-up", "pi_1", 20_000_000],
      ["reversal", "re_1", -5_000_000],
      ["reversal", "re_2", -3_000_000],
    ]);
    expect(await ledgerOf(id).audit()).toMatchObject({ balance: 12_000_000, violations: [] });
  });

  it.each([
    [["refund.created", "refund.failed"]],
    [["refund.failed", "refund.created"]],
    [["refund.failed", "refund.failed", "refund.created", "refund.updated"]],
  ])("that failed leaves the credits as they were, told as %j", async (types) => {
    const { openPaying, event, ledgerOf } = fakePayingApp();
    const { id } = await openPaying();
    await event(SUCCEEDED, paymentOf(id, 2000));
    for (const type of types) await event(type, refund("re_1", 500, type === "refund.failed" ? "failed" : "pending"));
    expect(await ledgerOf(id).audit()).toMatchObject({ balance: 20_000_000, violations: [] });
  });

  it("may make the balance negative, and then nothing is admitted", async () => {
    const { openPaying, event, json, charge, ledgerOf } = fakePayingApp();
    const { id, key } = await openPaying();
    await event(SUCCEEDED, paymentOf(id, 2000));
    await charge(id, key, [{ id: "chg_1", amount: 15_000_000, task: "caption" }]);
    await event("refund.created", refund("re_1", 2000));
    expect((await json("GET", "/v1/me", { key })).body.balance).toBe(-15_000_000);
    const more = charge(id, key, [{ id: "chg_2", amount: 1, task: "caption" }]);
    await expect(more).rejects.toThrow("insufficient-credits");
    expect(await ledgerOf(id).audit()).toMatchObject({ violations: [] });
  });

  it("with tax takes its share, and never more than was bought", async () => {
    const { open, event, entries, stripe } = fakePayingApp();
    const { id } = await open("Acme", 0);
    stripe.answer(() => Response.json({ ...paymentOf(id, 1190), metadata: paymentOf(id, 1000).metadata }));
    for (const [index, cents] of [1, 400, 789].entries()) await event("refund.created", refund(`re_${index}`, cents));
    const taken = (await entries(id)).reduce((sum, [, , amount]) => sum - amount, 0);
    expect(taken).toBeGreaterThan(10_000_000 - 3);
    expect(taken).toBeLessThanOrEqual(10_000_000);
  });

  it("of something else is ignored", async () => {
    const { event, stripe } = fakePayingApp();
    stripe.answer(({ path }) =>
      Response.json(path.startsWith("/v1/refunds") ? { data: [], has_more: false } : paymentOf("A".repeat(11), 2000)),
    );
    expect((await event("refund.created", refund("re_1", 500))).received).toBe("ignored");
    expect((await event("refund.created", { ...refund("re_1", 500), payment_intent: null })).received).toBe("ignored");
    expect((await event("charge.refunded", { id: "ch_1" })).received).toBe("ignored");
  });

  it("whose payment Stripe does not tell is told again", async () => {
    const { event } = fakePayingApp();
    const told = await event("refund.created", refund("re_1", 500));
    expect(told).toMatchObject({ status: 503, code: "payment-provider-unavailable" });
  });

  it("of more than a page of them is read to its end", async () => {
    const all = Array.from({ length: 150 }, (_, index) => refund(`re_${index}`, 1));
    const { open, event, entries, stripe } = fakePayingApp();
    const { id } = await open("Acme", 0);
    stripe.answer(({ path }) => {
      if (!path.startsWith("/v1/refunds")) return Response.json(paymentOf(id, 2000));
      const after = new URLSearchParams(path.split("?")[1]).get("starting_after");
      const from = all.findIndex((each) => each.id === after) + 1;
      return Response.json({ data: all.slice(from, from + 100), has_more: from === 0 });
    });
    await event("charge.refunded", { id: "ch_1" });
    expect(await entries(id)).toHaveLength(150);
  });
});

describe("a dispute", () => {
  const opened = ["created", "needs_response"] as const;

  it.each([
    ["open", [opened], -20_000_000],
    ["lost", [opened, ["funds_withdrawn", "needs_response"], ["closed", "lost"]], -20_000_000],
    ["won", [opened, ["closed", "won"], ["funds_reinstated", "won"]], 0],
    ["won, told the other way round", [["funds_reinstated", "won"], ["closed", "won"], opened], 0],
    [
      "an inquiry",
      [
        ["created", "warning_needs_response"],
        ["closed", "warning_closed"],
      ],
      0,
    ],
    [
      "first an inquiry",
      [
        ["created", "warning_needs_response"],
        ["funds_withdrawn", "needs_response"],
      ],
      -20_000_000,
    ],
  ] as const)("that is %s", async (_, events, expected) => {
    const { openPaying, event, ledgerOf } = fakePayingApp();
    const { id } = await openPaying();
    for (const [type, status] of [...events, ...events]) {
      expect((await event(`charge.dispute.${type}`, dispute(status))).status).toBe(200);
    }
    expect(await ledgerOf(id).audit()).toMatchObject({ balance: expected, violations: [] });
  });
});
