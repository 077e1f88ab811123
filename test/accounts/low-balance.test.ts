import { describe, expect, it } from "vitest";
import type { Delivered } from "../../src/accounts/ledger/deliveries.ts";
import { type Deliver, sendDue, watch } from "../../src/accounts/ledger/outbox-round.ts";
import { billedAccount } from "../support/billed-account.ts";

const done: Delivered = { type: "delivered" };

/** An account whose balance is looked at after each change, as its object does. */
async function watchedAccount(autoTopUp: number | null = 5_000_000) {
  const account = await billedAccount(async () => done, "cus_1", 6000);
  const { ledger, tables, clock, charge } = account;
  await ledger.update({ mode: "prepaid" });
  expect(await ledger.setBilling({ card: "pm_1", lowBalance: 4000, autoTopUp })).toMatchObject({ autoTopUp });
  const look = (cause: Parameters<typeof watch>[2] = "other") => watch(tables, clock.nowMs, cause);
  const spend = async (id: string) => {
    await charge([id]);
    look();
  };
  const kinds = () => account.outbox().map(({ id }) => id);
  return { ...account, look, spend, kinds };
}

const declining: Deliver = async ({ row }) => (row.kind === "auto-top-up" ? { type: "declined" } : done);

describe("a balance that becomes low", () => {
  it("is told once, and buys once", async () => {
    const { spend, look, kinds } = await watchedAccount();
    look();
    await spend("chg_a");
    expect(kinds()).toEqual([]);
    await spend("chg_b");
    await spend("chg_c");
    look();
    expect(kinds()).toEqual(["balance-low.3", "auto-top-up.3"]);
  });

  it("is told again after it was high", async () => {
    const { spend, look, kinds, ledger } = await watchedAccount(null);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "grant", ref: "g", amount: 3000 });
    look();
    await spend("chg_c");
    await spend("chg_d");
    expect(kinds()).toEqual(["balance-low.3", "balance-low.6"]);
  });

  it("buys again after a top-up that was too small, and not after a payment was taken back", async () => {
    const { spend, look, kinds, ledger, round } = await watchedAccount(10_000_000);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "top-up", ref: "pi_1", amount: 1 });
    look("top-up");
    await round();
    expect(kinds()).toEqual([]);
    await ledger.credit({ kind: "top-up", ref: "pi_2", amount: 1 });
    look("top-up");
    expect(kinds()).toEqual(["balance-low.5", "auto-top-up.5"]);
    await ledger.credit({ kind: "reversal", ref: "re_1", amount: -1 });
    look("reversal");
    expect([kinds().length, await ledger.billing()]).toMatchObject([2, { autoTopUp: null, card: "pm_1" }]);
  });

  it("does not buy twice if something is paid while a purchase waits", async () => {
    const { spend, look, kinds, ledger } = await watchedAccount(10_000_000);
    await spend("chg_a");
    await spend("chg_b");
    await ledger.credit({ kind: "top-up", ref: "pi_1", amount: 1 });
    look("top-up");
    expect(kinds()).toEqual(["balance-low.3", "auto-top-up.3", "balance-low.4"]);
  });

  it("is sent as the account is at that moment, also late in a round", async () => {
    const { spend, ledger, tables, clock } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    const sent: (number | null)[] = [];
    const deliver: Deliver = async ({ row, billing }) => {
      if (row.kind === "auto-top-up") sent.push(billing.autoTopUp);
      else await ledger.setBilling({ autoTopUp: null });
      return done;
    };
    await sendDue({ tables, deliver, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect(sent).toEqual([null]);
  });

  it("grants what was bought, in the same step in which the row ends", async () => {
    const { spend, ledger, tables, clock, outbox } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    const paid = { type: "paid", payment: "pi_auto", amount: 5_000_000 } as const;
    const deliver: Deliver = async ({ row }) => (row.kind === "auto-top-up" ? paid : done);
    await sendDue({ tables, deliver, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect([outbox(), await ledger.describe()]).toMatchObject([[], { balance: 5_003_000 }]);
    expect(await ledger.credit({ kind: "top-up", ref: "pi_auto", amount: 5_000_000 })).toMatchObject({
      isRepeat: true,
    });
  });

  it("buys nothing more after a card was declined, and says so", async () => {
    const { spend, ledger, tables, clock, kinds } = await watchedAccount();
    await spend("chg_a");
    await spend("chg_b");
    await sendDue({ tables, deliver: declining, money: "live", now: () => clock.nowMs, random: () => 0.5 });
    expect([kinds(), await ledger.billing()]).toMatchObject([["auto-top-up-failed.3"], { autoTopUp: null }]);
  });
});
