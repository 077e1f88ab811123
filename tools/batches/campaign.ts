import { setTimeout as sleep } from "node:timers/promises";
import { ENDED_BATCH_STATUSES } from "../../src/contract/batches.ts";
import { NewKey } from "../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../src/contract/admin-schemas.ts";
import { startSoupBackend } from "../../test/support/fuzz/soup-backend.ts";
import { createRandom } from "../../test/support/random.ts";
import { MAX_FLYING } from "../../src/batches/chunk-verbs.ts";
import { CHUNK_LINES } from "../../src/batches/file-index.ts";
import { createAdminClient } from "../accounts/admin-client.ts";
import { startBackend } from "../ledger/backend.ts";
import { booksOf } from "../ledger/books.ts";
import type { Finding } from "../ledger/finding.ts";
import { createGate } from "../ledger/gate.ts";
import { startKillableServer } from "../ledger/jobs/server.ts";
import { killAtRandom } from "../ledger/killer.ts";
import type { Payer } from "../ledger/place.ts";
import { type Api, createBatch, getBatch, linesOf, sendFile } from "./client.ts";
import { judgeBatch } from "./judge.ts";
import { campaignLine, ENDPOINT } from "./lines.ts";

/** The extent of a campaign. */
export interface BatchExtent {
  readonly seed: number;
  readonly lines: number;
  /** Of the API, with its queue. */
  readonly kills: number;
}

const ADMIN_KEY = "batches".padEnd(32, "0");
const CREDIT = 100_000_000_000;

/** How often the batch is looked at, in milliseconds. */
const POLL_MS = 50;

/** The longest time from a count of lines to the kill, in milliseconds: counts change when a chunk ends, and kills are to come within one, too. */
const MAX_DELAY_MS = 3000;

/** How long a batch may gain nothing, in milliseconds, until the campaign gives it up. */
const STUCK_MS = 180_000;

/** How many lines are asked directly afterwards, and how many at once. */
const DIRECT = 200;
const AT_ONCE = 8;

/** Holds of attempts that were killed end meanwhile, in milliseconds: the Worker of the campaign holds money for four seconds. */
const HOLDS_END_MS = 5000;

/** Examples of a finding that are printed; all are counted. */
const SHOWN = 5;

/** What a campaign has shown. */
export interface BatchCampaign {
  readonly lines: readonly string[];
  readonly findings: readonly Finding[];
}

/** The report of a campaign, line by line. */
export function batchReport({ lines, findings }: BatchCampaign): readonly string[] {
  const found = findings.filter((each) => each.found.length > 0);
  return [
    ...lines,
    ...findings.map(({ rule, found: all }) => `${String(all.length).padStart(6)}  ${rule}`),
    ...found.flatMap(({ rule, found: all }) => ["", `${rule}:`, ...all.slice(0, SHOWN).map((each) => `  ${each}`)]),
  ];
}

async function openAccount(origin: string) {
  const admin = createAdminClient(origin, ADMIN_KEY);
  const body = { name: "batches", money: "test" };
  const { id } = await admin.ask(Account, { method: "POST", path: "", body, idempotencyKey: "account" });
  const grant = { method: "POST", path: `/${id}/grants`, body: { amount: CREDIT }, idempotencyKey: "first" } as const;
  await admin.ask(Granted, grant);
  const { key } = await admin.ask(NewKey, { method: "POST", path: `/${id}/keys`, body: {} });
  const payer: Payer = { id, key, isPrepaid: true };
  return { admin, payer };
}

/** Looks at a batch until it has ended. Throws if it gains nothing for long. */
async function untilEnded(api: Api, id: string, progress: (done: number) => void) {
  let best = { done: -1, atMs: Date.now() };
  for (;;) {
    const batch = await getBatch(api, id);
    const done = batch.request_counts.completed + batch.request_counts.failed;
    progress(done);
    if (ENDED_BATCH_STATUSES.has(batch.status)) return batch;
    if (done > best.done) best = { done, atMs: Date.now() };
    if (Date.now() - best.atMs > STUCK_MS) throw new Error(`The batch has stopped: ${JSON.stringify(batch)}`);
    await sleep(POLL_MS);
  }
}

async function askDirectly({ url, key }: Api, body: string) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const response = await fetch(new URL(ENDPOINT, url), { method: "POST", headers, body });
  return { charge: response.headers.get("charge"), text: await response.text() };
}

/** Asks some of the lines directly, spread over all of them. */
async function directAnswers(api: Api, lines: readonly ReturnType<typeof campaignLine>[]) {
  const good = lines.filter(({ body }) => body !== undefined);
  const step = Math.max(1, Math.floor(good.length / DIRECT));
  const rest = good.filter((_, index) => index % step === 0).values();
  const answers = new Map<string, { readonly charge: string | null; readonly text: string }>();
  const worker = async (): Promise<void> => {
    for (const { customId, body } of rest) answers.set(customId, await askDirectly(api, body ?? ""));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}

/** Has a batch worked on while the API is killed, and compares its results with direct answers and with the books. */
export async function runBatchCampaign({ seed, lines: count, kills }: BatchExtent): Promise<BatchCampaign> {
  await using stack = new AsyncDisposableStack();
  // Without kills, the backend writes at once: what is measured then is all else.
  const backend = kills > 0 ? await startBackend() : await startSoupBackend();
  stack.defer(async () => void (await backend.stop()));
  const variables = { PLACEMENT: "remote", BACKEND_URL: String(backend.url), ACCOUNTS: "on", ADMIN_KEY };
  const server = await startKillableServer("bench/short-holds-worker.ts", variables);
  stack.defer(() => server.stop());
  const gate = createGate(server);
  const { admin, payer } = await openAccount(server.url.origin);
  const api: Api = { url: server.url, key: payer.key, open: gate.open };
  const lines = Array.from({ length: count }, (_, number) => campaignLine(seed, number));
  const file = await sendFile(api, new Blob([lines.map(({ text }) => `${text}\n`).join("")]));
  let [done, isOver] = [0, false];
  const startedMs = Date.now();
  const body = { input_file_id: file, endpoint: ENDPOINT, completion_window: "24h" };
  const { id } = await createBatch(api, body, `campaign-${seed}`);
  const random = createRandom(seed);
  const answers = Math.max(1, count - MAX_FLYING * CHUNK_LINES);
  const plan = { kills, answers, random, count: () => done, isOver: () => isOver };
  const killing = killAtRandom({ restart: () => sleep(random.below(MAX_DELAY_MS)).then(gate.restart) }, plan);
  const batch = await untilEnded(api, id, (now) => (done = now));
  const seconds = (Date.now() - startedMs) / 1000;
  isOver = true;
  const killed = await killing;
  const output = await linesOf(api, batch.output_file_id);
  const errors = await linesOf(api, batch.error_file_id);
  if (killed > 0) await sleep(HOLDS_END_MS);
  const books = await booksOf(admin, payer, []);
  const direct = await directAnswers(api, lines);
  const seen = { lines, batch, output, errors, direct, books, credit: CREDIT, kills, killed };
  const rate = Math.round(count / seconds);
  const summary = `${count} lines in ${seconds.toFixed(1)} s (${rate} lines/s) with ${killed} kills; output ${output.length}, errors ${errors.length}, charges ${books.after.filter(({ kind }) => kind === "charge").length}`;
  return { lines: [summary], findings: judgeBatch(seen) };
}
