import type { Workerd } from "../../bench/edge/workerd.ts";
import { NewKey } from "../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../src/contract/admin-schemas.ts";
import { startSoupBackend } from "../../test/support/fuzz/soup-backend.ts";
import { terms } from "../../test/support/x402-chain.ts";
import { type AdminClient, createAdminClient } from "../accounts/admin-client.ts";
import { startApi } from "../fuzz/targets.ts";
import type { Module } from "../serve.ts";
import { type KillableBackend, startBackend } from "./backend.ts";
import { type BookedFacilitator, startBookedFacilitator } from "./payments/facilitator.ts";
import { ACCOUNTS, RICH_ACCOUNTS } from "./questions.ts";
import { WEBHOOK_SECRET } from "./top-ups.ts";

/** The JavaScript heap of an isolate, in megabytes, as in a deployment. */
const HEAP_MEGABYTES = 128;

/** The admin key lives as long as a campaign. */
const ADMIN_KEY = "campaign".padEnd(32, "0");

/** What an account is given that no campaign uses up, and what one that is to be empty soon has, in micro-US-dollars. */
const RICH = 1_000_000_000;
const POOR = 30_000;

/** An account of a campaign. */
export interface Payer {
  readonly id: string;
  readonly key: string;
  readonly isPrepaid: boolean;
}

/** The APIs of a campaign, and what stands behind them. */
export interface KillPlace extends AsyncDisposable {
  /** The API whose answers are paid. */
  readonly api: Workerd;
  readonly backend: KillableBackend;
  readonly admin: AdminClient;
  readonly payers: readonly Payer[];
  /** Whoever moves the money of callers without an account. Nobody kills it, but some of its replies are lost. */
  readonly facilitator: BookedFacilitator;
  /** The same API without accounts, which nobody kills, with a backend of its own. */
  readonly reference: URL;
}

/** The last of the rich accounts is billed later; those after it have little. */
async function openAccount(admin: AdminClient, index: number): Promise<Payer> {
  const isPrepaid = index !== RICH_ACCOUNTS - 1;
  const body = { name: `account ${index}`, money: "test", ...(!isPrepaid && { mode: "postpaid", credit_limit: RICH }) };
  const { id } = await admin.ask(Account, { method: "POST", path: "", body, idempotencyKey: `account ${index}` });
  if (isPrepaid) {
    const amount = index < RICH_ACCOUNTS ? RICH : POOR;
    await admin.ask(Granted, { method: "POST", path: `/${id}/grants`, body: { amount }, idempotencyKey: "first" });
  }
  const { key } = await admin.ask(NewKey, { method: "POST", path: `/${id}/keys`, body: {} });
  return { id, key, isPrepaid };
}

/** Determines which replies of the facilitator are lost. */
const FACILITATOR_SEED = 1;

/** The variables of an API that takes payments of x402. */
const paymentVariables = (url: string) => ({
  X402_FACILITATOR_URL: url,
  X402_PAY_TO: terms.payTo,
  X402_NETWORK: terms.network,
  X402_ASSET: terms.asset,
  X402_ASSET_NAME: terms.name,
  X402_ASSET_VERSION: terms.version,
  X402_RPC_URL: `${url}/node`,
});

/** The variables of an API with the model at this address. */
const remote = (url: string) => ({ PLACEMENT: "remote", BACKEND_URL: url });

/** Starts the place of a campaign. `charged` is the Worker whose answers are paid, `plain` the one without accounts. */
export async function startKillPlace(charged: readonly Module[], plain: readonly Module[]): Promise<KillPlace> {
  const parts: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of parts.splice(0).toReversed()) await each();
  };
  try {
    const backend = await startBackend();
    parts.push(() => backend.stop());
    const soup = await startSoupBackend();
    parts.push(() => soup.stop());
    const facilitator = await startBookedFacilitator(FACILITATOR_SEED);
    parts.push(() => facilitator.stop());
    // Payments are only told of: Stripe itself is asked nothing.
    const stripe = { STRIPE_SECRET_KEY: "sk_test_campaign", STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET };
    const ways = { ...stripe, ...paymentVariables(facilitator.url) };
    const paid = { ...remote(backend.url), ACCOUNTS: "on", ADMIN_KEY, ...ways };
    const api = await startApi(charged, true, paid, HEAP_MEGABYTES);
    parts.push(() => api.stop());
    const reference = await startApi(plain, true, remote(soup.url.href), HEAP_MEGABYTES);
    parts.push(() => reference.stop());
    const admin = createAdminClient(api.url.origin, ADMIN_KEY);
    const payers: Payer[] = [];
    for (let index = 0; index < ACCOUNTS; index += 1) payers.push(await openAccount(admin, index));
    return { api, backend, admin, payers, facilitator, reference: reference.url, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
