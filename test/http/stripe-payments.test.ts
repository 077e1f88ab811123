import { describe, expect, it, vi } from "vitest";
import { fakePayingApp } from "../support/paying-app.ts";
import { paymentOf, sessionOf } from "../support/stripe-double.ts";

const SUCCEEDED = "payment_intent.succeeded";
const COMPLETED = "checkout.session.completed";

describe("a payment", () => {
  it("is granted once, by both of its events, in any order, a hundred times", async () => {
    for (const order of [0, 1]) {
      const { open, event, entries, ledgerOf } = fakePayingApp();
      const { id } = await open("Acme", 0);
      const payment = paymentOf(id, 2000);
      const events = [
        [SUCCEEDED, payment],
        [COMPLETED, sessionOf(payment)],
        ["checkout.session.async_payment_succeeded", sessionOf(payment)],
      ] as const;
      const received = [];
      for (let index = 0; index < 100; index += 1) {
        const [type, object] = events[(index + order) % events.length] ?? events[0];
        received.push((await event(type, object)).received);
      }
      expect([received.filter((each) => each === "written").length, new Set(received.slice(1))]).toEqual([
        1,
        new Set(["repeated"]),
      ]);
      expect(await entries(id)).toEqual([["top-up", "pi_1", 20_000_000]]);
      expect(await ledgerOf(id).audit()).toMatchObject({ balance: 20_000_000, violations: [] });
    }
  });

  it("with tax on top is granted without it", async () => {
    const { open, event, entries } = fakePayingApp();
    const { id } = await open("Acme", 0);
    const { metadata } = paymentOf(id, 1000);
    await event(COMPLETED, { ...sessionOf(paymentOf(id, 1190)), metadata });
    await event(SUCCEEDED, { ...paymentOf(id, 1190), metadata });
    expect(await entries(id)).toEqual([["top-up", "pi_1", 10_000_000]]);
  });

  it("that arrives later is granted when it is paid", async () => {
    const { open, event, entries } = fakePayingApp();
    const { id } = await open("Acme", 0);
    const session = sessionOf(paymentOf(id, 2000));
    expect(await event(COMPLETED, { ...session, payment_status: "unpaid" })).toMatchObject({
      status: 200,
      received: "ignored",
    });
    expect(await entries(id)).toEqual([]);
    await event("checkout.session.async_payment_succeeded", session);
    expect(await entries(id)).toHaveLength(1);
  });

  it("is granted to a closed account as well: its money has arrived", async () => {
    const { open, event, ledgerOf } = fakePayingApp();
    const { id } = await open("Acme", 0);
    await ledgerOf(id).update({ status: "closed" });
    expect((await event(SUCCEEDED, paymentOf(id, 2000))).received).toBe("written");
  });

  it("keeps the card that was saved with it, whichever event comes first, and no old one again", async () => {
    const { open, event, ledgerOf } = fakePayingApp();
    const { id } = await open("Acme", 0);
    const saved = { setup_future_usage: "off_session", customer: "cus_1", payment_method: "pm_1" };
    await event(COMPLETED, sessionOf(paymentOf(id, 2000)));
    await event(SUCCEEDED, paymentOf(id, 2000, saved));
    expect(await ledgerOf(id).billing()).toMatchObject({ customer: "cus_1", card: "pm_1" });
    await event(SUCCEEDED, paymentOf(id, 2000, { ...saved, id: "pi_2", payment_method: "pm_2" }));
    await event(SUCCEEDED, paymentOf(id, 2000, saved));
    expect(await ledgerOf(id).billing()).toMatchObject({ card: "pm_2" });
  });

  it.each([
    ["of an account that is not here", "A".repeat(11), {}],
    ["of no account", "nobody", {}],
    ["in another currency", undefined, { currency: "jpy" }],
    ["of less than its credits", undefined, { amount_received: 1999 }],
    ["of something else of the operator's", undefined, { metadata: { order: "7" } }],
    ["without metadata", undefined, { metadata: {} }],
    [
      "of an amount that is no number",
      undefined,
      { metadata: { florence_edge_account: "A", florence_edge_amount: "1e9" } },
    ],
  ])("%s is ignored", async (_, account, more) => {
    const { open, event, entries } = fakePayingApp();
    const { id } = await open("Acme", 0);
    expect(await event(SUCCEEDED, paymentOf(account ?? id, 2000, more))).toMatchObject({
      status: 200,
      received: "ignored",
    });
    expect(await entries(id)).toEqual([]);
  });

  it("of play money, or an event of another kind, is ignored", async () => {
    const { open, event, entries } = fakePayingApp();
    const { id } = await open("Acme", 0);
    const payment = paymentOf(id, 2000);
    expect((await event(SUCCEEDED, payment, { livemode: false })).received).toBe("ignored");
    expect((await event("payment_intent.created", payment)).received).toBe("ignored");
    expect((await event("__proto__", payment)).received).toBe("ignored");
    expect(await entries(id)).toEqual([]);
  });

  it("is told again if the account is away: no success without the entry", async () => {
    const { open, event, ledgerOf, entries } = fakePayingApp();
    const { id } = await open("Acme", 0);
    vi.spyOn(ledgerOf(id), "credit").mockRejectedValueOnce(new Error("away"));
    expect((await event(SUCCEEDED, paymentOf(id, 2000))).status).toBe(500);
    expect((await event(SUCCEEDED, paymentOf(id, 2000))).received).toBe("written");
    expect(await entries(id)).toHaveLength(1);
  });
});
