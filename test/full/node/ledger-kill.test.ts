import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AccountAdmin } from "../../../src/accounts/ledger-admin.ts";
import type { AccountLedger } from "../../../src/accounts/ledger-port.ts";
import { bundle } from "../../../tools/bundle.ts";
import { openToRead } from "../../../tools/read-database.ts";
import { type Build, type Server, serve } from "../../../tools/serve.ts";
import { childrenOf } from "../../support/children.ts";
import { holdOf, settlementOf } from "../../support/ledger-requests.ts";
import { openAccount } from "../../support/open-account.ts";
import { eventually } from "../../support/processes.ts";

type Ledger = AccountLedger & AccountAdmin;

/** Kills, and requests that are in flight at each. */
const ROUNDS = 10;
const CLIENTS = 4;
/** Long enough for an honest request, and for a look at the file after a kill. */
const HOLD_MS = 3000;

let build: Build;
let storage = "";

beforeAll(async () => {
  build = await bundle();
  storage = await mkdtemp(join(tmpdir(), "florence-edge-ledger-"));
});
afterAll(() => rm(storage, { recursive: true, force: true }));

/** What the clients have been told, and what they have asked for. */
interface Told {
  readonly asked: Set<string>;
  readonly held: Set<string>;
  readonly settled: Set<string>;
}

/** Starts the API on the same storage, and finds its process. */
async function start(): Promise<{ readonly server: Server; readonly ledger: Ledger; readonly kill: () => void }> {
  const before = await childrenOf("workerd");
  const server = await serve(build, { port: 0, storage });
  const pid = (await childrenOf("workerd")).find((each) => !before.includes(each));
  if (pid === undefined) throw new Error("workerd does not run.");
  return { server, ledger: await server.account("acct"), kill: () => process.kill(pid, "SIGKILL") };
}

/** One request: what it was told is written down as soon as it is told. A lost reply ends it. */
async function request(ledger: Ledger, id: string, requestId: string, told: Told): Promise<void> {
  told.asked.add(id);
  const held = await ledger.hold(holdOf(requestId, [id], { holdMs: HOLD_MS }));
  if (held.type !== "held") return;
  told.held.add(id);
  const settled = await ledger.settle(settlementOf(requestId, [id]));
  if (settled.type === "settled") told.settled.add(id);
}

/** Every third id is asked for by all clients. */
async function client(ledger: Ledger, round: number, number: number, told: Told, isOver: () => boolean): Promise<void> {
  for (let count = 0; !isOver(); count += 1) {
    const owner = count % 3 === 0 ? "shared" : `client ${number}`;
    await request(ledger, `${round}, ${owner}, ${count}`, `${round} ${number} ${count}`, told);
  }
}

/** Clients ask until the process is killed; resolves when all of them have noticed. */
async function killDuringRequests(round: number, told: Told): Promise<void> {
  const { server, ledger, kill } = await start();
  const state = { isOver: false };
  const clients = Array.from({ length: CLIENTS }, (_, number) =>
    client(ledger, round, number, told, () => state.isOver).catch(() => {}),
  );
  await setTimeout(100 + Math.random() * 400);
  kill();
  state.isOver = true;
  await Promise.race([Promise.all(clients), setTimeout(2000)]);
  await server.stop().catch(() => {});
}

/** All charges of the account, by their ids. */
async function chargesOf(ledger: Ledger): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let before: number | undefined;
  do {
    const page = await ledger.entries({ kinds: ["charge"], limit: 1000, before });
    if (page.type !== "entries") throw new Error(`The entries cannot be read: ${page.code}.`);
    for (const { ref } of page.entries) counts.set(ref, (counts.get(ref) ?? 0) + 1);
    before = page.next ?? undefined;
  } while (before !== undefined);
  return counts;
}

/** Holds in the file of the account, without asking the object: any question would expire what is due. */
async function storedHolds(): Promise<number> {
  const files = (await readdir(storage, { recursive: true })).filter((path) => path.endsWith(".sqlite"));
  const counts = files.flatMap((path) => {
    const database = openToRead(join(storage, path));
    const isAccount = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'holds'").get() !== undefined;
    const rows = isAccount ? [database.prepare("SELECT count(*) AS count FROM holds").get()] : [];
    database.close();
    return rows.map((row) => Number(row?.["count"]));
  });
  expect(counts).toHaveLength(1);
  return counts[0] ?? NaN;
}

/** Leaves a hold that nobody will settle. */
async function killAfterHold(told: Told): Promise<void> {
  const { server, ledger, kill } = await start();
  told.asked.add("left");
  expect(await ledger.hold(holdOf("left", ["left"], { holdMs: HOLD_MS }))).toMatchObject({ type: "held" });
  kill();
  await server.stop().catch(() => {});
  expect(await storedHolds()).toBeGreaterThan(0);
}

it(
  "loses no charge that was told, and charges nothing twice, when workerd is killed",
  { timeout: 300_000 },
  async () => {
    const told: Told = { asked: new Set(), held: new Set(), settled: new Set() };
    const first = await start();
    await openAccount(first.ledger, { credit: 1_000_000_000 });
    await first.server.stop();
    for (let round = 0; round < ROUNDS; round += 1) await killDuringRequests(round, told);
    await killAfterHold(told);

    const { server, ledger } = await start();
    // The alarm was set before the kill, and nobody asks the object anything now.
    await eventually(async () => (await storedHolds()) === 0);
    const charges = await chargesOf(ledger);
    const untold = [...charges.keys()].filter((id) => !told.settled.has(id)).length;
    expect(told.settled.size).toBeGreaterThan(ROUNDS);
    expect([...told.settled].filter((id) => !charges.has(id))).toEqual([]);
    expect([...charges.values()].filter((count) => count > 1)).toEqual([]);
    expect(untold).toBeLessThanOrEqual(ROUNDS * CLIENTS);
    expect(await ledger.audit()).toMatchObject({ holds: 0, violations: [] });

    // Whoever was not told asks again: what is paid is free, all else is charged once.
    for (const id of told.asked) if (!told.settled.has(id)) await request(ledger, id, `again ${id}`, told);
    expect(told.settled).toEqual(told.asked);
    expect(await chargesOf(ledger)).toEqual(new Map([...told.asked].map((id) => [id, 1])));
    expect(await ledger.audit()).toMatchObject({ balance: 1_000_000_000 - told.asked.size * 1500, violations: [] });
    await server.stop();
  },
);
