import type { Accepted } from "./accept-payment.ts";
import { encodeHeader, type SettlementResponse } from "./wire.ts";

/** Hexadecimal digits of a payment's id: 128 bits. */
const ID_DIGITS = 32;

/** Returns the id of a payment in `Charge`, in entries and in support: `pay_` and 32 hexadecimal digits. */
export function paymentId({ name }: Pick<Accepted, "name">): string {
  return `pay_${name.slice(0, ID_DIGITS)}`;
}

/** Returns the value of `PAYMENT-RESPONSE` for a payment that was settled. */
export function receiptHeader({ requirements, payer }: Accepted, transaction: string): string {
  const { network, amount } = requirements;
  const response: SettlementResponse = { success: true, transaction, network, payer, amount };
  return encodeHeader(response);
}
