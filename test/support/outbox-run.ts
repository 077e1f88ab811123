import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openToRead } from "../../tools/read-database.ts";
import type { Server } from "../../tools/serve.ts";
import { type KillableApi, startKillable } from "./killable-api.ts";
import { holdOf, settlementOf } from "./ledger-requests.ts";
import { type MeterReceiver, startMeterReceiver } from "./meter-receiver.ts";
import { openAccount } from "./open-account.ts";
import { createRandom, type Random } from "./random.ts";

/** The extent of a run. */
export interface OutboxRun {
  readonly seed: number;
  readonly charges: number;
  /** How often workerd is killed while it sends. */
  readonly kills: number;
  /** The longest time without another event, in milliseconds. */
  readonly patienceMs: number;
}

/** Charges of one settlement. */
const AT_ONCE = 1000;

const ACCOUNT = "acct";

function startApi(storage: string, apiUrl: string): Promise<KillableApi> {
  const stripe = { STRIPE_SECRET_KEY: "sk_live_tests", STRIPE_WEBHOOK_SECRET: "whsec_tests", STRIPE_API_URL: apiUrl };
  return startKillable(storage, { ACCOUNTS: "on", ADMIN_KEY: "k".repeat(32), ...stripe });
}

/** Makes a postpaid account that has a customer, and charges it. Returns the ids. */
async function chargeMany(server: Server, count: number): Promise<readonly string[]> {
  const ledger = await server.account(ACCOUNT);
  await openAccount(ledger, { account: { mode: "postpaid", creditLimit: 1_000_000_000 } });
  await ledger.setBilling({ customer: "cus_1" });
  const ids = Array.from({ length: count }, (_, index) => `chg_${String(index).padStart(6, "0")}`);
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    await ledger.hold(holdOf(`r${from}`, some));
    const settled = await ledger.settle(settlementOf(`r${from}`, some));
    if (settled.type !== "settled") throw new Error(settled.code);
  }
  return ids;
}

/** Rows of the outbox in the account's file: nobody asks the account, which would wake it. */
async function rowsLeft(storage: string): Promise<number> {
  const files = (await readdir(storage, { recursive: true })).filter((path) => path.endsWith(".sqlite"));
  const counts = files.flatMap((path) => {
    const database = openToRead(join(storage, path));
    const has = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").get() !== undefined;
    const rows = has ? [Number(database.prepare("SELECT count(*) AS count FROM outbox").get()?.["count"])] : [];
    database.close();
    return rows;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Waits until a meter has taken so many events; says so if nothing has come for too long. */
async function waitForEvents({ events, requests }: MeterReceiver, count: number, patienceMs: number): Promise<void> {
  let [seen, sinceMs] = [requests(), Date.now()];
  while (events.length < count) {
    await sleep(10);
    if (requests() !== seen) [seen, sinceMs] = [requests(), Date.now()];
    if (Date.now() - sinceMs > patienceMs) throw new Error(`${events.length} of ${count} events, and no more come.`);
  }
}

async function killWhileSending(
  first: KillableApi,
  storage: string,
  receiver: MeterReceiver,
  run: OutboxRun,
  random: Random,
): Promise<KillableApi> {
  const { charges, kills, patienceMs } = run;
  const moments = Array.from({ length: kills }, () => random.below(Math.floor(charges * 0.95))).sort(
    (one, other) => one - other,
  );
  let api = first;
  for (const moment of moments) {
    await waitForEvents(receiver, moment, patienceMs);
    await sleep(random.below(20));
    await api.kill();
    api = await startApi(storage, receiver.url);
  }
  return api;
}

/** Charges an account whose meter fails in 30 of 100 requests, kills workerd meanwhile, and returns what the meter has, when nothing is left to send. */
export async function runOutbox(run: OutboxRun) {
  const random = createRandom(run.seed);
  const storage = await mkdtemp(join(tmpdir(), "florence-edge-outbox-"));
  await using receiver = await startMeterReceiver(random);
  let api = await startApi(storage, receiver.url);
  try {
    receiver.failing = 0.3;
    const ids = await chargeMany(api.server, run.charges);
    api = await killWhileSending(api, storage, receiver, run, random);
    await waitForEvents(receiver, run.charges, run.patienceMs);
    receiver.failing = 0;
    const endMs = Date.now() + run.patienceMs;
    while ((await rowsLeft(storage)) > 0 && Date.now() < endMs) await sleep(100);
    const audit = await (await api.server.account(ACCOUNT)).audit();
    // Plain values: what Miniflare returns ends with the server.
    const violations = audit.type === "audit" ? JSON.stringify(audit.violations) : audit.code;
    const { events, duplicates, requests } = receiver;
    return { ids, violations, events, duplicates: duplicates(), requests: requests(), left: await rowsLeft(storage) };
  } finally {
    await api.server.stop();
    await rm(storage, { recursive: true, force: true });
  }
}
