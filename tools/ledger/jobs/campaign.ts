import { NewKey } from "../../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../../src/contract/admin-schemas.ts";
import { createRandom } from "../../../test/support/random.ts";
import { createAdminClient } from "../../accounts/admin-client.ts";
import { startBackend } from "../backend.ts";
import { booksOf } from "../books.ts";
import type { Finding } from "../finding.ts";
import { createGate } from "../gate.ts";
import { killAtRandom } from "../killer.ts";
import type { Payer } from "../place.ts";
import { type Asked, askFor, createJobClients, endOf, jobQuestion } from "./clients.ts";
import { judgeJobs, type SeenJob } from "./judge-jobs.ts";
import { startKillableServer } from "./server.ts";

/** The extent of a campaign of jobs. */
export interface JobsExtent {
  readonly seed: number;
  readonly jobs: number;
  /** Of the API, with its queue. */
  readonly kills: number;
}

const ACCOUNTS = 3;
const ADMIN_KEY = "jobs".padEnd(32, "0");
const CREDIT = 1_000_000_000;

/** How long all jobs may take after the last kill, in milliseconds: a lost attempt's lease is a minute. */
const END_MS = 180_000;

/** Examples of a finding that are printed; all are counted. */
const SHOWN = 5;

/** Requests at once when everything is read. */
const AT_ONCE = 8;

/** What a campaign of jobs has shown. */
export interface JobsCampaign {
  readonly lines: readonly string[];
  readonly findings: readonly Finding[];
}

/** The report of a campaign of jobs, line by line: all findings, and some examples of each. */
export function jobLines({ lines, findings }: JobsCampaign): readonly string[] {
  const found = findings.filter((each) => each.found.length > 0);
  return [
    ...lines,
    ...findings.map(({ rule, found: all }) => `${String(all.length).padStart(6)}  ${rule}`),
    ...found.flatMap(({ rule, found: all }) => ["", `${rule}:`, ...all.slice(0, SHOWN).map((each) => `  ${each}`)]),
  ];
}

async function openPayers(
  origin: string,
): Promise<{ readonly payers: readonly Payer[]; readonly admin: ReturnType<typeof createAdminClient> }> {
  const admin = createAdminClient(origin, ADMIN_KEY);
  const payers: Payer[] = [];
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const body = { name: `account ${index}`, money: "test" };
    const { id } = await admin.ask(Account, { method: "POST", path: "", body, idempotencyKey: `account ${index}` });
    await admin.ask(Granted, {
      method: "POST",
      path: `/${id}/grants`,
      body: { amount: CREDIT },
      idempotencyKey: "first",
    });
    const { key } = await admin.ask(NewKey, { method: "POST", path: `/${id}/keys`, body: {} });
    payers.push({ id, key, isPrepaid: true });
  }
  return { payers, admin };
}

async function forEach<Thing, Result>(things: readonly Thing[], work: (thing: Thing) => Promise<Result>) {
  const rest = things.values();
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (const thing of rest) results.push(await work(thing));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Has jobs accepted while the API is killed, waits for their ends, and compares them with direct answers and with the books. */
export async function runJobsCampaign(
  entry: string | undefined,
  { seed, jobs, kills }: JobsExtent,
): Promise<JobsCampaign> {
  await using stack = new AsyncDisposableStack();
  const backend = await startBackend();
  stack.defer(() => backend.stop());
  const variables = { PLACEMENT: "remote", BACKEND_URL: backend.url, ACCOUNTS: "on", ADMIN_KEY };
  const server = await startKillableServer(entry, variables);
  stack.defer(() => server.stop());
  const gate = createGate(server);
  const { payers, admin } = await openPayers(server.url.origin);
  const asked: Asked = { url: server.url, keyOf: (account) => payers[account]?.key ?? "", open: gate.open };
  const questions = Array.from({ length: jobs }, (_, number) => jobQuestion(seed, number, ACCOUNTS));
  const clients = createJobClients(questions, asked);
  let isOver = false;
  const startedMs = Date.now();
  const plan = { kills, answers: jobs, random: createRandom(seed), count: clients.count, isOver: () => isOver };
  const killing = killAtRandom(gate, plan);
  const accepted = await clients.run();
  // The last kills come while jobs run that were all accepted.
  isOver = kills === 0;
  const killed = await killing;
  isOver = true;
  const untilMs = Date.now() + END_MS;
  const seen = await forEach(accepted, async (job): Promise<SeenJob> => {
    const end = await endOf(job, asked, untilMs);
    const again = await endOf(job, asked, untilMs);
    const direct = job.question.isFresh ? undefined : await askFor(job.question, asked, false);
    return { job, end, again, direct: direct && { charge: direct.headers.get("charge"), text: await direct.text() } };
  });
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  const books = await Promise.all(payers.map((payer) => booksOf(admin, payer, [])));
  const findings = judgeJobs(seen, books, { questions, kills, killed, credit: CREDIT });
  const repeated = accepted.filter(({ sends }) => sends > 1).length;
  const lines = [
    `${accepted.length} jobs in ${seconds} s with ${killed} kills of the API and its queue; ${repeated} were sent more than once; entries ${books.flatMap(({ after }) => after).filter(({ kind }) => kind === "charge").length}`,
  ];
  return { lines, findings };
}
