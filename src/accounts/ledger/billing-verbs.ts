import type { BillingChanges } from "../../accounts/billing-port.ts";
import { billingReply, type BillingReply, decideSetBilling, noBilling } from "./billing.ts";
import { refuse } from "./refuse.ts";
import { createTransact, type LedgerOptions } from "./transaction.ts";

/** The verbs of `AccountBilling`, without the wait. */
export function billingVerbs(options: LedgerOptions) {
  const transact = createTransact(options, refuse({ code: "not-found" }));
  return {
    billing: () =>
      transact<BillingReply>(({ read }) => ({ reply: billingReply(read.billing() ?? noBilling), changes: [] })),
    setBilling: (changes: BillingChanges) =>
      transact<BillingReply>(({ read }) => decideSetBilling(read.billing() ?? noBilling, changes)),
  };
}
