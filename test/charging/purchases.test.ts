import { describe, expect, it } from "vitest";
import {
  asked,
  delivered,
  dueCharges,
  givenUp,
  held,
  heldCharges,
  heldExcept,
  noPurchases,
  openIds,
  refused,
} from "../../src/charging/purchases.ts";

const charge = { id: "chg_1", amount: 300, task: "caption" };
const purchase = { charge, generationKey: "key", copy: undefined };
const reply = { id: charge.id, state: "held", amount: 300, deadlineMs: 1000 } as const;

describe("a charge that two parts of a request ask for at once", () => {
  const both = asked(asked(noPurchases, [purchase]), [purchase]);

  it("is charged if one of them is refused and the other is not", () => {
    const rows = held(refused(givenUp(both, [charge]), [charge]), [reply]);
    expect(dueCharges(delivered(rows, [purchase]))).toEqual([charge]);
  });

  it("counts until both have failed, and is then only to be released", () => {
    const one = givenUp(held(both, [reply]), [charge]);
    expect([heldCharges(one), heldExcept(one, [])]).toEqual([[charge], 300]);
    const none = givenUp(one, [charge]);
    expect([heldCharges(none), heldExcept(none, []), openIds(none)]).toEqual([[], 0, [charge.id]]);
  });

  it("is forgotten if both are refused", () => {
    expect(refused(givenUp(givenUp(both, [charge]), [charge]), [charge]).size).toBe(0);
  });
});
