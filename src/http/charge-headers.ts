import type { PaymentReport } from "../charging/payment.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { fieldItem, isFieldInteger } from "./structured-fields.ts";

/** What a request was charged. Without a balance, the account was not asked. */
export type ChargeReport = Omit<PaymentReport, "rate" | "balance"> & Partial<Pick<PaymentReport, "balance">>;

/**
 * Returns `Charge` as in `1500;unit="usd-micro";id="chg_…";repeat=?0`, and `Balance`. The id is there if there is one: of a request with several, `count` says
 * how many, since 64 of them would be a header of 4 kB. A balance that no Integer of structured fields can tell is left out.
 */
export function chargeHeaders({ amount, ids, isRepeat, balance }: ChargeReport): Readonly<Record<string, string>> {
  const which = ids.length === 1 ? { id: ids[0] } : { count: ids.length };
  const charge = fieldItem({ value: amount, parameters: { unit: MICRO_USD, ...which, repeat: isRepeat } });
  return {
    charge,
    ...(balance !== undefined && isFieldInteger(balance) ? { balance: fieldItem({ value: balance }) } : {}),
  };
}
