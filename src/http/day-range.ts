import { dayOf, monthOf } from "../accounts/periods.ts";
import { MAX_USAGE_DAYS } from "../contract/account-operations.ts";
import { invalidRequest } from "./invalid-request.ts";

const DAY_MS = 86_400_000;

/** UTC days, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** Days as a query has them. */
export interface GivenDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Returns the days of a report: by default from the first of the last day's month, to today. Throws `invalid-request`. */
export function dayRange(given: GivenDays, nowMs: number): DayRange {
  const to = given.to ?? later(given.from, dayOf(nowMs));
  const from = given.from ?? `${monthOf(Date.parse(to))}-01`;
  if (from > to) throw invalidRequest("from", "Send a day that is not after `to`.");
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days > MAX_USAGE_DAYS) throw invalidRequest("from", `Send days of which ${MAX_USAGE_DAYS} are reported at most.`);
  return { from, to };
}

/** The later of two days; one in the future is no mistake. */
function later(from: string | undefined, today: string): string {
  return from !== undefined && from > today ? from : today;
}

/** Returns when the days of a list begin and end, in milliseconds since 1970; `undefined` where it has no bound. Throws `invalid-request`. */
export function momentsOf({ from, to }: GivenDays): { readonly fromMs?: number; readonly toMs?: number } {
  if (from !== undefined && to !== undefined && from > to) {
    throw invalidRequest("from", "Send a day that is not after `to`.");
  }
  return {
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) + DAY_MS }),
  };
}
