import type { Charge } from "../../accounts/ledger-port.ts";
import { MAX_AMOUNT } from "../../contract/micro-usd.ts";
import { MAX_CHARGES, MAX_ID_LENGTH, MAX_NAME_LENGTH } from "./limits.ts";

/** Whether a value is an amount that may be charged: whole micro-US-dollars. */
export function isAmount(amount: number): boolean {
  return Number.isSafeInteger(amount) && amount >= 0 && amount <= MAX_AMOUNT;
}

/** Whether a value is a number of milliseconds between 1 and a limit. */
export function isDuration(milliseconds: number, longestMs: number): boolean {
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 && milliseconds <= longestMs;
}

/** Whether a text is an identifier that may be stored. */
export function isId(id: string): boolean {
  return id.length > 0 && id.length <= MAX_ID_LENGTH;
}

/** Whether a text is a name that may be stored. */
export function isName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_NAME_LENGTH;
}

/** Whether the charges of a request can be stored. */
export function areCharges(charges: readonly Charge[]): boolean {
  return charges.length <= MAX_CHARGES && charges.every(({ id, amount }) => isId(id) && isAmount(amount));
}

/** Each charge once, the first of those with the same id. */
export function distinct(charges: readonly Charge[]): readonly Charge[] {
  return [...new Map(charges.toReversed().map((charge) => [charge.id, charge])).values()].toReversed();
}

/** Rows by their id. */
export function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** Sum of the amounts. */
export function sumOf(charges: readonly { readonly amount: number }[]): number {
  return charges.reduce((sum, { amount }) => sum + amount, 0);
}
