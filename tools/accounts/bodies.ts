import { MAX_GRACE_SECONDS } from "../../src/contract/admin-schemas.ts";
import { MAX_CONCURRENCY } from "../../src/contract/key-terms.ts";
import { numberFrom } from "../number-flag.ts";
import { UsageError } from "../run-command.ts";
import { microUsdFrom } from "./dollars.ts";
import type { AccountFlags } from "./flags.ts";

type AmountFlag = "low-balance" | "auto-top-up" | "credit-limit" | "cap-month" | "cap-day" | "cap-total";

function amount(flags: AccountFlags, name: AmountFlag): number | undefined {
  const text = flags[name];
  return text === undefined ? undefined : microUsdFrom(`--${name}`, text);
}

/** An amount, or the word that removes a limit. */
function amountOrNone(flags: AccountFlags, name: AmountFlag): number | "none" | undefined {
  return flags[name] === "none" ? "none" : amount(flags, name);
}

/** The values of an object that are given. */
function given(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

const modeOf = ({ postpaid }: AccountFlags) => (postpaid ? "postpaid" : undefined);

/** The body of a request for a new account. Throws `UsageError`. */
export function accountBody(name: string, flags: AccountFlags): object {
  const limits = { credit_limit: amount(flags, "credit-limit"), cap_month: amount(flags, "cap-month") };
  return given({ name, mode: modeOf(flags), money: flags.test ? "test" : undefined, ...limits });
}

/** The body of a request to change an account. Throws `UsageError`. */
export function changesBody(flags: AccountFlags): object {
  const limits = { credit_limit: amount(flags, "credit-limit"), cap_month: amountOrNone(flags, "cap-month") };
  return given({ name: flags.name, mode: modeOf(flags), ...limits });
}

/** The body of a request to change how an account pays; empty if nothing is to be changed. Throws `UsageError`. */
export function billingBody(flags: AccountFlags): object {
  const amounts = { low_balance: amountOrNone(flags, "low-balance"), auto_top_up: amountOrNone(flags, "auto-top-up") };
  return given({ customer: flags.customer, ...amounts });
}

function rateOf(text: string): object {
  const { requests, seconds } = /^(?<requests>\d{1,9})\/(?<seconds>\d{1,6})$/u.exec(text)?.groups ?? {};
  if (requests !== undefined) return { requests: Number(requests), seconds: Number(seconds) };
  throw new UsageError(`--rate is ${JSON.stringify(text)}; it must be requests and seconds, like 600/60.`);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function concurrencyFrom(text: string | undefined): number | undefined {
  return text === undefined ? undefined : numberFrom("concurrency", text, { standard: 1, max: MAX_CONCURRENCY });
}

/** The limits of a key; `amountOf` reads an amount. */
function keyFields(flags: AccountFlags, amountOf: typeof amountOrNone): object {
  const caps = given({
    day: amountOf(flags, "cap-day"),
    month: amountOf(flags, "cap-month"),
    total: amountOf(flags, "cap-total"),
  });
  const { name, scopes, expires } = flags;
  return { name, scopes: scopes?.split(","), caps: isEmpty(caps) ? undefined : caps, expires };
}

/** The body of a request for a new key. Throws `UsageError`. */
export function keyBody(flags: AccountFlags): object {
  const { tasks, rate } = flags;
  return given({
    ...keyFields(flags, amount),
    tasks: tasks?.split(","),
    rates: rate === undefined ? undefined : [rateOf(rate)],
    concurrency: concurrencyFrom(flags.concurrency),
  });
}

/** The body of a request to change a key, in which words remove limits. Throws `UsageError`. */
export function keyChangesBody(flags: AccountFlags): object {
  const { tasks, rate, concurrency } = flags;
  return given({
    ...keyFields(flags, amountOrNone),
    tasks: tasks === "all" ? "all" : tasks?.split(","),
    rates: rate === undefined ? undefined : rate === "none" ? [] : [rateOf(rate)],
    concurrency: concurrency === "none" ? "none" : concurrencyFrom(concurrency),
  });
}

/** The body of a request to rotate a key. Throws `UsageError`. */
export function rotateBody({ grace }: AccountFlags): object {
  const seconds =
    grace === undefined ? undefined : numberFrom("grace", grace, { standard: 0, min: 0, max: MAX_GRACE_SECONDS });
  return given({ grace_seconds: seconds });
}
