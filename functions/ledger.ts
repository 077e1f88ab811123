import { env, waitUntil } from "cloudflare:workers";
import type { AccountAdmin } from "../src/accounts/ledger-admin.ts";
import type { AccountBilling } from "../src/accounts/billing-port.ts";
import type { AccountLedger } from "../src/accounts/ledger-port.ts";
import { MAX_HOLD_MS } from "../src/accounts/ledger/limits.ts";
import { createGuard, type Guard, type PlatformRate } from "../src/charging/guard.ts";
import { createPayments, type Payments } from "../src/charging/payments.ts";
import { createReliableLedger } from "../src/charging/reliable-ledger.ts";
import { TOP_UP_OPERATION } from "../src/contract/payment-operations.ts";
import { PLACE_LEASE_MS } from "../src/http/admission.ts";
import { randomBytes } from "./random.ts";
import type { Variables } from "./variables.ts";

type Settings = Pick<
  Variables,
  "REVOCATION_SECONDS" | "CACHE_SHARING" | "BACKEND_TIMEOUT_MS" | "STRIPE_SECRET_KEY" | "X402_FACILITATOR_URL"
>;

/** Bindings that a deployment may leave out. */
interface OptionalBindings {
  readonly REQUEST_RATE?: PlatformRate;
  readonly UNKNOWN_KEY_RATE?: PlatformRate;
}

/** Returns a new stub of an account's object. Nothing is called, and no object is made. */
export function accountStub(account: string): AccountLedger & AccountAdmin & AccountBilling {
  return env.ACCOUNTS_LEDGER.get(env.ACCOUNTS_LEDGER.idFromName(account));
}

/** How objects are called again. */
export const waiting = {
  after: (milliseconds: number, run: () => void) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Returns an account's ledger, which is called again where that helps, and waited for not too long. */
export function accountLedger(account: string): AccountLedger {
  return createReliableLedger({
    ...waiting,
    connect: () => accountStub(account),
    logFailure: (thrown) => console.warn("An account did not reply:", thrown),
  });
}

/** Stands before all accounts, once in each isolate. */
export function accountGuard(): Guard {
  const { REQUEST_RATE, UNKNOWN_KEY_RATE }: Env & OptionalBindings = env;
  return createGuard({ requests: REQUEST_RATE, unknownKeys: UNKNOWN_KEY_RATE, now: Date.now });
}

/** How long money is held, in milliseconds: for longer than a request takes with its deadline, and twice as long as one answer may take. */
export function workMs({ BACKEND_TIMEOUT_MS }: Pick<Settings, "BACKEND_TIMEOUT_MS">): number {
  return Math.min(MAX_HOLD_MS, Math.max(PLACE_LEASE_MS, 2 * BACKEND_TIMEOUT_MS));
}

/** Who pays for the answers of this deployment. */
export function payments(settings: Settings, guard: Guard): Payments {
  const { REVOCATION_SECONDS, CACHE_SHARING, STRIPE_SECRET_KEY, X402_FACILITATOR_URL } = settings;
  return createPayments({
    topUp: STRIPE_SECRET_KEY === undefined && X402_FACILITATOR_URL === "" ? undefined : TOP_UP_OPERATION,
    ledgerOf: accountLedger,
    trustedMs: REVOCATION_SECONDS * 1000,
    isCacheShared: CACHE_SHARING === "deployment",
    holdMs: workMs(settings),
    guard,
    random: randomBytes,
    now: Date.now,
    waitUntil,
  });
}
