import { MAX_GRACE_SECONDS } from "../../src/contract/admin-schemas.ts";
import { MAX_CONCURRENCY } from "../../src/contract/key-terms.ts";
import { numberFrom } from "../number-flag.ts";
import { UsageError } from "../run-command.ts";
import { microUsdFrom } from "./dollars.ts";
import type { AccountFlags } from "./flags.ts";

type AmountFlag = "credit-limit" | "cap-month" | "cap-day" | "cap-total";

function amount(flags: AccountFlags, name: AmountFlag): number | undefined {
  const text = flags[name];
  return text === undefined ? undefined : microUsdFrom(`--${name}`, text);
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
  const capMonth = flags["cap-month"] === "none" ? "none" : amount(flags, "cap-month");
  const limits = { credit_limit: amount(flags, "credit-limit"), cap_month: capMonth };
  return given({ name: flags.name, mode: modeOf(flags), ...limits });
}

function rateOf(text: string): object {
  const { requests, seconds } = /^(?<requests>\d{1,9})\/(?<seconds>\d{1,6})$/u.exec(text)?.groups ?? {};
  if (requests !== undefined) return { requests: Number(requests), seconds: Number(seconds) };
  throw new UsageError(`--rate is ${JSON.stringify(text)}; it must be requests and seconds, like 600/60.`);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** The body of a request for a new key. Throws `UsageError`. */
export function keyBody(flags: AccountFlags): object {
  const { name, scopes, tasks, expires, concurrency, rate } = flags;
  const caps = given({
    day: amount(flags, "cap-day"),
    month: amount(flags, "cap-month"),
    total: amount(flags, "cap-total"),
  });
  return given({
    name,
    scopes: scopes?.split(","),
    tasks: tasks?.split(","),
    caps: isEmpty(caps) ? undefined : caps,
    rates: rate === undefined ? undefined : [rateOf(rate)],
    concurrency:
      concurrency === undefined
        ? undefined
        : numberFrom("concurrency", concurrency, { standard: 1, max: MAX_CONCURRENCY }),
    expires,
  });
}

/** The body of a request to rotate a key. Throws `UsageError`. */
export function rotateBody({ grace }: AccountFlags): object {
  const seconds =
    grace === undefined ? undefined : numberFrom("grace", grace, { standard: 0, min: 0, max: MAX_GRACE_SECONDS });
  return given({ grace_seconds: seconds });
}
