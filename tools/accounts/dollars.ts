import { MICRO_USD_PER_USD, usdText } from "../../src/contract/micro-usd.ts";
import { UsageError } from "../run-command.ts";

/** Digits before the point, as in the largest amount that there is. */
const AMOUNT = /^\$?(?<whole>\d{1,9})(?:\.(?<fraction>\d{1,6}))?$/u;

/**
 * Returns an amount that is written in dollars as micro-US-dollars, exactly: `5`, `$0.05` or `0.000001`. Digits are counted, and no fraction of a number is
 * ever computed with. Throws `UsageError`; `name` is what the amount is called.
 */
export function microUsdFrom(name: string, text: string): number {
  const { whole, fraction = "" } = AMOUNT.exec(text)?.groups ?? {};
  if (whole !== undefined) return Number(whole) * MICRO_USD_PER_USD + Number(fraction.padEnd(6, "0"));
  throw new UsageError(
    `${name} is ${JSON.stringify(text)}; it must be dollars that are not negative, like 5 or 0.05, with at most six decimals.`,
  );
}

/** Returns an amount as people read it: 5000000 → `$5.00`, 4999700 → `$4.9997`. */
export function dollars(microUsd: number): string {
  const [whole = "", fraction = ""] = usdText(Math.abs(microUsd)).split(".");
  return `${microUsd < 0 ? "-" : ""}$${whole}.${fraction.replace(/0{1,4}$/u, "")}`;
}
